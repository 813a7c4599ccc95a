"""Services, and the configuration items they are made of."""

from sqlalchemy import Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.store import Base


class Service(Base):
    """What people use. Its process says how its incidents are worked."""

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    process: Mapped[str] = mapped_column(String(40), default="itil")
    active: Mapped[bool] = mapped_column(Boolean, default=True)

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

    service: Mapped[Service | None] = relationship(back_populates="items")
