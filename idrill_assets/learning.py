"""What a person may set for the training of a model, with the defaults."""

import dagster as dg
from pydantic import Field

TRIALS = 12
"""As many as a network's settings were chosen from."""


class Histories(dg.Config):
    """The simulated fleets to learn from, beside the rigs whose components are on record."""

    fleets: int | None = Field(
        default=None,
        ge=0,
        description="Simulated fleets, by default as many as show enough failures of the "
        "component; 0 to learn from real rigs alone.",
    )
    rigs: int = Field(default=6, ge=4, description="Rigs of each fleet.")
    first_seed: int = Field(default=1, ge=0, description="Seed of the first fleet; others follow.")


class Windowing(dg.Config):
    """How rigs are shared between learning, watching and calibrating."""

    seed: int = Field(default=0, ge=0, description="Of the split.")


class RulTraining(dg.Config):
    """What a model is the mean of, and how its networks are trained."""

    network: str = Field(default="summary", description="summary, transformer, cnn_lstm or lstm.")
    members: int = Field(default=5, ge=1, description="Networks; the mean of all predicts.")
    pairs: int = Field(
        default=5,
        ge=0,
        description="Pairs of boosted trees beside them; each tree counts as much as a network.",
    )
    epochs: int = Field(default=15, ge=1, description="At most.")
    patience: int = Field(default=6, ge=1, description="Epochs without progress before one stops.")
    learning_rate: float = Field(
        default=5e-3, gt=0.0, allow_inf_nan=False, description="At its highest."
    )
    trials: int = Field(
        default=0,
        ge=0,
        description="Settings that are tried before members are trained, those given first; "
        "0 takes them as given.",
    )
    seed: int = Field(default=0, ge=0, description="Of the first member; others follow.")

    def told(self, member: int, epoch: int) -> tuple[str, int, int]:
        """What is done when a member has come so far, how much of it, and of how much."""
        if member > self.members:
            return "pairs of trees", member - self.members, self.pairs
        return f"network {member} of {self.members}", epoch, self.epochs


class Judging(dg.Config):
    """The fresh fleets that a candidate is judged on."""

    fleets: int = Field(default=24, ge=1, description="Simulated fleets.")
    rigs: int = Field(
        default=4, ge=1, description="Rigs of each, on which only what failed is replaced."
    )
    trials: int = Field(
        default=TRIALS,
        ge=1,
        description="Settings that each baseline tries: no fewer than the candidate did.",
    )
    first_seed: int | None = Field(
        default=None, description="Seed of the first; by default fleets that nothing has seen."
    )
