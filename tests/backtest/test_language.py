"""The language of a text: told where it can be told, and not guessed where it cannot."""

import pytest

from assistant.backtest import language

SAID = {
    "English": "The printer is dark since the update and I can not use it.",
    "German": "Der Drucker ist seit dem Update dunkel und ich kann nicht drucken.",
    "French": "Mon imprimante ne marche pas depuis la mise à jour, et je dois imprimer.",
    "Spanish": "La impresora no funciona desde la actualización y no puedo imprimir con el portátil.",
    "Portuguese": "A impressora não funciona desde a atualização e eu não consigo imprimir com o portátil.",
    "Italian": "La stampante non funziona dopo l'aggiornamento e non si può stampare con il portatile.",
    "Dutch": "De printer werkt niet sinds de update en ik kan het document niet afdrukken.",
    "Swedish": "Skrivaren är inte tillgänglig efter uppdateringen och jag kan inte skriva ut.",
    "Polish": "Drukarka nie działa od aktualizacji i nie mogę się zalogować do systemu.",
    "Japanese": "更新してからプリンターが動きません。",
    "Chinese": "更新后打印机无法使用。",
    "Korean": "업데이트 후 프린터가 작동하지 않습니다.",
    "Greek": "Αυτός εκτυπωτής δεν λειτουργεί μετά την ενημέρωση.",
    "Cyrillic script": "Принтер не работает после обновления.",
    "Arabic script": "الطابعة لا تعمل بعد التحديث.",
}


@pytest.mark.parametrize("name", SAID)
def test_a_sentence_tells_its_language(name):
    assert language.of(SAID[name]) == name


@pytest.mark.parametrize(
    "text", ["", "ERR_CONN 0x80070035 svc-01", "VPN printer laptop", "\x00\ufffd", "VPN in Porto"]
)
def test_where_too_little_is_said_it_is_unclear(text):
    assert language.of(text) == language.UNCLEAR


def test_a_foreign_name_in_an_english_sentence_changes_nothing():
    assert language.of("The mail to Łukasz and to 田中 is not sent since this morning.") == "English"
