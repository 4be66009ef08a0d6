"""Figure 2 of the paper, drawn anew: an embedding by a metric loss, then a classifier on it."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from reproduce.figures.picture import Picture
from reproduce.figures.style import FAINT, INK, in_the_look, new_figure

WIDE, HIGH, STEP = 1.5, 0.7, 2.0


class Architecture(Picture):
    """Two rows of boxes: what learns in the first phase, and what in the second.

    Parameters
    ----------
    size
        numbers of the embedding; 0 where the loss reads the features themselves.
    frozen
        whether the first phase's layers stay as they are in the second.
    on_features
        whether the classifier reads the features, and not the embedding.
    """

    def __init__(self, size: int, frozen: bool, on_features: bool):
        super().__init__()
        self.size, self.frozen = size, frozen
        self.on_features = on_features or not size
        embedding = [f"embedding,\n{size} numbers"] if size else []
        self.first = ["image", "network", *embedding, "metric loss"]
        between = [] if self.on_features else embedding
        self.second = ["image", "network", *between, "classifier,\n3 classes", "cross-entropy"]

    @in_the_look
    def draw(self) -> Figure:
        """Draw both phases, one under the other."""
        figure, axes = new_figure(2.6)
        axis = axes[0, 0]
        axis.axis("off")
        _row(axis, 1.4, "1", self.first, learning=self.first[1:-1])
        learning = ["classifier,\n3 classes"] if self.frozen else self.second[1:-1]
        _row(axis, 0.0, "2", self.second, learning=learning)
        axis.set_xlim(-0.6, 5 * STEP)
        axis.set_ylim(-0.6, 2.2)
        return figure

    def words(self) -> str:
        """Say what the drawing shows."""
        reads = "the features" if self.on_features else f"the embedding of {self.size} numbers"
        kept = "stays as it is" if self.frozen else "learns on"
        loss_reads = f"an embedding of {self.size} numbers" if self.size else "its features"
        return (
            f"First phase: the network and {loss_reads} learn by a metric loss. Second phase: what "
            f"was learned {kept}, and a fully connected layer on {reads} learns to classify by "
            "cross-entropy."
        )


def _row(axis: Axes, height: float, name: str, boxes: list[str], learning: list[str]) -> None:
    axis.text(-0.5, height, f"{name}.", va="center", color=INK)
    for place, text in enumerate(boxes):
        left = place * STEP
        learns = text in learning
        box = FancyBboxPatch(
            (left, height - HIGH / 2), WIDE, HIGH, boxstyle="round,pad=0.02",
            facecolor="white", edgecolor=INK if learns else FAINT, linewidth=1.6 if learns else 0.8,
        )  # fmt: skip
        axis.add_patch(box)
        axis.text(left + WIDE / 2, height, text, ha="center", va="center", fontsize=8)
        if place:
            start = (left - STEP + WIDE + 0.04, height)
            axis.annotate("", (left - 0.04, height), start, arrowprops={"arrowstyle": "->"})
