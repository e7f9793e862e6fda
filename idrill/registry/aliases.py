"""Aliases in MLflow, which mirror the ledger and decide nothing."""

from sqlalchemy.orm import Session

from idrill.registry.connection import MLflow
from idrill.store import promotions

CHAMPION = "champion"


def check_aliases(session: Session, mlflow: MLflow) -> list[str]:
    """Where aliases and the ledger differ, in words; each model of the ledger is looked at."""
    found = (_difference(session, mlflow, model) for model in promotions.models(session))
    return [said for said in found if said]


def mirror(session: Session, mlflow: MLflow, model: str) -> None:
    """Set the alias of a model to the champion of the ledger, or take it away.

    Raises:
        StoreError: If MLflow cannot be reached or refuses.
    """
    crowned = promotions.find_champion(session, model)
    with mlflow.explaining():
        if crowned is not None:
            mlflow.client.set_registered_model_alias(model, CHAMPION, str(crowned.version))
        elif _alias(mlflow, model) is not None:
            mlflow.client.delete_registered_model_alias(model, CHAMPION)


def _difference(session: Session, mlflow: MLflow, model: str) -> str:
    crowned = promotions.find_champion(session, model)
    ours = None if crowned is None else crowned.version
    with mlflow.explaining():
        theirs = _alias(mlflow, model)
    if theirs == ours:
        return ""
    alias = "no champion" if theirs is None else f"version {theirs}"
    ledger = "no champion" if ours is None else f"version {ours}"
    return (
        f"{model}: the alias in MLflow names {alias}, the ledger {ledger}, which is what serves; "
        "promotion goes through the gate alone"
    )


def _alias(mlflow: MLflow, model: str) -> int | None:
    """Version that the alias names; None if there is none, or MLflow does not know the model."""
    known = mlflow.client.search_registered_models(f"name = '{model}'")
    named = known[0].aliases.get(CHAMPION) if known else None
    return None if named is None else int(named)
