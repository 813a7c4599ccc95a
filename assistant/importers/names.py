"""The names other desks give to our fields, in English, German, French, Portuguese and Spanish."""

import re
import unicodedata
from functools import lru_cache

INCIDENT_NAMES: dict[str, tuple[str, ...]] = {  # our field -> folded column names, the most telling first
    "id": (
        *("external id", "id", "number", "incident id", "incident number", "ticket id", "ticket number"),
        *(
            "issue key",
            "key",
            "case number",
            "case id",
            "request id",
            "ref",
            "reference",
            "display id",
            "sys id",
        ),
        *("nummer", "ticketnummer", "vorgangsnummer", "numero", "numero du ticket", "numero do chamado"),
        *("identificador", "codigo", "chamado"),
    ),
    "title": (
        *(
            "title",
            "short description",
            "subject",
            "summary",
            "headline",
            "short summary",
            "titel",
            "betreff",
        ),
        *("kurzbeschreibung", "zusammenfassung", "titre", "objet", "sujet", "resume", "description courte"),
        *("titulo", "assunto", "resumo", "descricao breve", "asunto", "resumen", "descripcion breve"),
    ),
    "reported_text": (
        *(
            "reported text",
            "description",
            "body",
            "details",
            "detailed description",
            "long description",
            "text",
        ),
        *("message", "content", "question", "problem description", "beschreibung", "langbeschreibung"),
        *(
            "nachricht",
            "description detaillee",
            "corps",
            "descricao",
            "descricao detalhada",
            "mensagem",
            "corpo",
        ),
        *("descripcion", "detalle", "detalles", "mensaje"),
    ),
    "symptoms": (
        *("symptoms", "symptom", "error message", "summary", "symptome", "fehlermeldung", "symptomes"),
        *("message d erreur", "sintomas", "sintoma", "mensagem de erro", "mensaje de error"),
    ),
    "environment": (
        *("environment", "platform", "operating system", "os", "affected version", "affects version s"),
        *("umgebung", "plattform", "environnement", "plateforme", "ambiente", "entorno", "plataforma"),
    ),
    "state": (
        *("state", "status", "incident state", "ticket status", "status name", "zustand", "etat", "statut"),
        *("estado", "situacao"),
    ),
    "priority": (
        *("priority final", "priority", "prio", "ticket priority", "priority name", "severity", "prioritat"),
        *("prioritaet", "priorite", "prioridade", "prioridad", "schweregrad", "gravite", "severidade"),
    ),
    "impact": ("impact", "business impact", "auswirkung", "impacto"),
    "urgency": ("urgency", "dringlichkeit", "urgence", "urgencia"),
    "source": (
        *("source", "contact type", "channel", "via", "origin", "reported source", "contact method"),
        *("request source", "kanal", "quelle", "eingangskanal", "canal", "origine", "origem", "origen"),
    ),
    "contact": (
        *("contact", "callback number", "contact phone", "phone", "telephone", "ruckruf", "telefon"),
        *("telefone", "contato", "contacto", "telefono"),
    ),
    "requester_email": (
        *("requester email", "email", "e mail", "mail", "caller email", "requester mail", "reporter email"),
        *("customer email", "contact email", "user email", "requester e mail", "e mail adresse"),
        *("email du demandeur", "email do solicitante", "correo", "correo electronico"),
    ),
    "requester": (
        *("requester", "caller", "reporter", "requested for", "requested by", "customer", "requester name"),
        *("caller name", "affected user", "opened for", "submitter", "user", "affected person", "melder"),
        *("anforderer", "antragsteller", "gemeldet von", "demandeur", "appelant", "solicitante"),
        *("requerente", "utilizador", "usuario"),
    ),
    "service": (
        *("service", "business service", "affected service", "product", "application", "service offering"),
        *("dienst", "produkt", "anwendung", "produit", "servico", "produto", "servicio", "producto"),
    ),
    "items": (
        *("configuration item", "configuration items", "cmdb ci", "ci", "ci name", "asset", "asset name"),
        *("device", "affected ci", "host", "konfigurationselement", "gerat", "element de configuration"),
        *("item de configuracao", "ativo", "elemento de configuracion", "activo"),
    ),
    "category": (
        *("category", "category path", "categories", "kategorie", "categorie", "categoria"),
        *("category tier 1", "operational categorization tier 1"),
    ),
    "closing_category": ("closing category", "close category", "resolution category"),
    "group": (
        *("assignment group", "group final", "assigned group", "assigned to group", "team", "support group"),
        *(
            "group",
            "queue",
            "assignee group",
            "zuweisungsgruppe",
            "gruppe",
            "bearbeitergruppe",
            "warteschlange",
        ),
        *("groupe", "groupe d affectation", "equipe", "grupo", "grupo de atribuicao", "fila", "equipo"),
        *("grupo de asignacion",),
    ),
    "assignee": (
        *("assigned to", "assignee final", "assignee", "agent", "owner", "technician", "assigned agent"),
        *(
            "bearbeiter",
            "zugewiesen an",
            "assigne a",
            "attribue a",
            "technicien",
            "atribuido a",
            "responsavel",
        ),
        *("tecnico", "asignado a", "responsable"),
    ),
    "resolved_by": ("resolved by", "closed by", "gelost von", "resolu par", "resolvido por", "resuelto por"),
    "occurred_at": (
        *(
            "occurred at",
            "start time",
            "outage start",
            "incident start",
            "began at",
            "happened at",
            "occurred",
        ),
        *("eingetreten am", "aufgetreten am", "survenu le", "ocorrido em", "ocurrido el"),
    ),
    "recorded_at": (
        *("recorded at", "opened at", "created at", "created", "opened", "created time", "date created"),
        *("creation date", "open date", "date opened", "sys created on", "reported at", "submit date"),
        *("reported date", "erstellt", "erstellt am", "angelegt am", "eroffnet am", "gemeldet am", "cree le"),
        *("ouvert le", "date d ouverture", "date de creation", "criado em", "aberto em", "data de abertura"),
        *("data de criacao", "creado el", "abierto el", "fecha de apertura", "fecha de creacion"),
    ),
    "resolved_at": (
        *("resolved at", "resolved", "resolution date", "resolved time", "date resolved", "end time"),
        *("solved at", "resolved date", "last resolved date", "gelost am", "resolu le", "date de resolution"),
        *("resolvido em", "data de resolucao", "resuelto el", "fecha de resolucion"),
    ),
    "closed_at": (
        *("closed at", "closed", "close date", "date closed", "closed time", "closed date", "geschlossen am"),
        *("abgeschlossen am", "ferme le", "clos le", "date de cloture", "fechado em", "encerrado em"),
        *("data de fecho", "data de encerramento", "cerrado el", "fecha de cierre"),
    ),
    "hold_reason": ("hold reason", "on hold reason", "pending reason", "wartegrund", "motif d attente"),
    "workaround": ("workaround", "umgehung", "umgehungslosung", "contournement", "solucao de contorno"),
    "cause": (
        *("cause", "root cause", "cause description", "ursache", "grundursache", "cause racine"),
        *("causa", "causa raiz"),
    ),
    "resolution": (
        *("resolution notes", "close notes", "resolution", "solution", "resolution text", "answer", "fix"),
        *("resolution description", "closure notes", "losung", "losungsbeschreibung", "abschlussnotiz"),
        *("notes de resolution", "reponse", "resolucao", "solucao", "notas de resolucao", "resolucion"),
        *("solucion", "notas de cierre"),
    ),
    "verification": ("verification", "verified by test", "verifikation", "verificacao", "verificacion"),
    "reopen_count": ("reopen count", "reopened count", "reopens", "times reopened"),
    "notes": (
        *("work notes", "notes", "internal notes", "comments and work notes", "work log", "worklog"),
        *("journal", "notizen", "arbeitsnotizen", "notes de travail", "notas", "notas internas"),
        *("notas de trabalho", "notas de trabajo"),
    ),
    "comments": (
        *("comments", "comment", "additional comments", "conversation", "replies", "kommentare"),
        *("kommentar", "commentaires", "comentarios", "comentario"),
    ),
}

ARTICLE_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("external id", "id", "number", "article id", "article number", "key", "slug", "uid", "sys id"),
    "title": (
        "title",
        "short description",
        "subject",
        "headline",
        "name",
        "question",
        "titel",
        "titre",
        "titulo",
    ),
    "body": (
        *("body", "body markdown", "markdown", "text", "content", "article body", "description", "html"),
        *("inhalt", "contenu", "conteudo", "contenido"),
    ),
    "issue": ("issue", "problem", "symptoms", "symptom", "summary"),
    "environment": ("environment", "applies to", "affected products", "platform"),
    "cause": ("cause", "root cause"),
    "resolution": ("resolution", "solution", "answer", "workaround", "fix"),
    "services": ("service", "services", "product", "products"),
    "category": ("category", "categories", "section", "topic", "folder"),
    "path": ("path", "file", "filename", "source path"),
    "confidence": ("confidence", "state", "status", "workflow state"),
    "audience": ("audience", "visibility", "access"),
    "owner": ("owner", "author", "authors", "created by", "owner email", "author email"),
    "created_at": ("created at", "created", "date", "published", "published at", "creation date"),
    "updated_at": ("updated at", "updated", "modified", "last modified", "lastmod", "last updated"),
}

PEOPLE_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "full name", "display name", "person", "nom", "nome", "nombre"),
    "email": (
        "email",
        "e mail",
        "mail",
        "mail address",
        "email address",
        "work email",
        "user principal name",
    ),
    "role": ("role", "rolle", "rol", "funcao"),
    "department": ("department", "abteilung", "service", "departement", "departamento", "division"),
    "place": ("place", "location", "office", "site", "ort", "standort", "lieu", "local", "lugar"),
    "phone": ("phone", "telephone", "phone number", "mobile", "telefon", "telefone", "telefono"),
    "timezone": ("timezone", "time zone", "zeitzone", "fuseau horaire", "fuso horario", "zona horaria"),
    "groups": (
        "groups",
        "group",
        "assignment group",
        "assignment groups",
        "team",
        "teams",
        "gruppen",
        "grupos",
    ),
}

SUBCATEGORY = re.compile(
    r"(sub|sous|unter)\s?(category|kategorie|categorie|categoria) ?\d*|category (tier )?[2-9]"
)


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """Return a name for comparing: lower case, without accents, words apart by one space ("sub_category1" too)."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain).lower()
    return " ".join(re.findall(r"[^\W_]+", plain))
