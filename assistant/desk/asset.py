"""Services, and the configuration items they are made of."""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.desk.people import Person
from kb.store import Base

AUDIENCES = {
    "everybody": "Everybody",
    "departments": "Some departments",
    "desk": "Only people who work on incidents",
}

item_dependency = Table(
    "item_dependency",
    Base.metadata,
    Column("item_id", ForeignKey("configuration_item.id", ondelete="CASCADE"), primary_key=True),
    Column("needs_id", ForeignKey("configuration_item.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Service(Base):
    """What people use. Its process says how its incidents are worked.

    audience, departments: to whom it is offered. questions: what its form asks, each as {label, kind, choices,
    required, hint}. checklist: one step a line.
    """

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    process: Mapped[str] = mapped_column(String(40), default="itil")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    audience: Mapped[str] = mapped_column(String(20), default="everybody")
    departments: Mapped[list[str]] = mapped_column(JSON, default=list)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    checklist: Mapped[str] = mapped_column(Text, default="")

    owner: Mapped[Person | None] = relationship()
    items: Mapped[list["ConfigurationItem"]] = relationship(
        back_populates="service", order_by="ConfigurationItem.name"
    )


class ConfigurationItem(Base):
    """What can be broken: a host, a device, an application. details: serial, version, place, free text."""

    __tablename__ = "configuration_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(60), default="")
    details: Mapped[str] = mapped_column(Text, default="")
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    service: Mapped[Service | None] = relationship(back_populates="items")
    needs: Mapped[list["ConfigurationItem"]] = relationship(
        secondary=item_dependency,
        primaryjoin=id == item_dependency.c.item_id,
        secondaryjoin=id == item_dependency.c.needs_id,
        order_by="ConfigurationItem.name",
        back_populates="needed_by",
    )
    needed_by: Mapped[list["ConfigurationItem"]] = relationship(
        secondary=item_dependency,
        primaryjoin=id == item_dependency.c.needs_id,
        secondaryjoin=id == item_dependency.c.item_id,
        order_by="ConfigurationItem.name",
        back_populates="needs",
    )
