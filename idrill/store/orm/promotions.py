"""The ledger of models: what became of each version, and why."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Row, one_of
from idrill.store.releases import Release


class PromotionRow(Row):
    """One move of one version of a model; triggers refuse to change or delete it."""

    __tablename__ = "promotions"
    __table_args__ = (
        one_of("state", *Release),
        CheckConstraint("version >= 1 AND sequence >= 1 AND looks >= 0", name="counts"),
        Index(None, "test_set"),
    )

    model_name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts the moves of a model, from 1; of two writers one gets the number."""
    version: Mapped[int]
    state: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str]
    digest: Mapped[str]
    """Hash of the model folder."""
    evaluation: Mapped[dict[str, object]]
    """What the gate judged by; empty where nothing was judged."""
    test_set: Mapped[str]
    """Name and seed of the set that was looked at; "" if none."""
    looks: Mapped[int]
    """Which look at that set this was, from 1; 0 if none."""
