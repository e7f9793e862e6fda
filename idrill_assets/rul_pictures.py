"""Pictures of how a model was trained."""

from collections.abc import Mapping, Sequence

from idrill_assets.plots import INK, packed

Curve = Sequence[Mapping[str, float]]


def training_curves(curves: Sequence[Curve], component: str) -> bytes:
    """The errors of each member over its epochs: on training windows, and on those of other rigs.

    Args:
        curves: Figures of each epoch (member, epoch).
        component: Whose model it is.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.2), layout="constrained")
    axis = figure.subplots()
    for member, curve in enumerate(curves):
        epochs = range(1, len(curve) + 1)
        for name, colour in zip(("training_rmse", "validation_rmse"), INK, strict=True):
            label = name.removesuffix("_rmse") if member == 0 else None
            errors = [figures[name] for figures in curve]
            axis.plot(epochs, errors, color=colour, linewidth=1.2, label=label, marker=".")
    axis.set_xlabel("epoch")
    axis.set_ylabel("RMSE [own hours]")
    axis.set_title(f"{component}: {len(curves)} networks", fontsize=10)
    axis.set_ylim(bottom=0.0)
    axis.legend(fontsize=8, frameon=False)
    return packed(figure)
