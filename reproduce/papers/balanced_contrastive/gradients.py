"""The printed gradient of a temperature beside the exact one, on embeddings made by hand."""

from dataclasses import dataclass

from reproduce import reference
from reproduce.figures.table import Table

STEP, TEMPERATURE = 1e-5, 0.1


@dataclass(frozen=True)
class Case:
    """Embeddings on the unit circle by their angles, and the class of each; class 0 is looked at.

    Attributes
    ----------
    words
        What the picture is.
    degrees, labels
        One angle and one class an embedding.
    """

    words: str
    degrees: tuple[float, ...]
    labels: tuple[int, ...]


CASES = (
    Case("a compact class, the other far", (0, 5, 10, 175, 180, 185), (0, 0, 0, 1, 1, 1)),
    Case("a compact class, the other near", (0, 5, 10, 30, 35, 40), (0, 0, 0, 1, 1, 1)),
    Case("a wide class, the other within it", (0, 60, 120, 20, 75, 100), (0, 0, 0, 1, 1, 1)),
    Case("one hard negative, the others far", (0, 40, 80, 5, 175, 180), (0, 0, 0, 1, 1, 1)),
)  # fmt: skip


def slopes(case: Case) -> tuple[float, float, float]:
    """Return the derivative of the loss by the temperature of class 0, three times.

    By autograd, by central differences of the loss, and as the text prints it.
    """
    import torch

    from reproduce.losses import bdcl

    angles = torch.tensor(case.degrees, dtype=torch.float64).deg2rad()
    rows = torch.stack([angles.cos(), angles.sin()], 1)
    labels = torch.tensor(case.labels)

    def loss(first, **reading):
        tau = torch.stack([first, torch.full_like(first, TEMPERATURE)])
        each = bdcl(rows, labels, temperatures=tau, reduction="none", **reading)
        return each[labels == 0].mean()

    found = []
    for reading in ({}, {"temperature_gradient": "printed"}):
        tau = torch.tensor(TEMPERATURE, dtype=torch.float64, requires_grad=True)
        loss(tau, **reading).backward()
        found.append(tau.grad.item())
    at = torch.tensor(TEMPERATURE, dtype=torch.float64)
    differences = (loss(at + STEP) - loss(at - STEP)).item() / (2 * STEP)
    return found[0], differences, found[1]


def computed() -> list[list[float]]:
    """Return the three derivatives of each case."""
    return [list(slopes(case)) for case in CASES]


def table() -> Table:
    """Return the derivatives of each case, and where descent moves the temperature."""
    rows = []
    found = reference.kept("temperature_gradients", computed)
    for case, (exact, differences, printed) in zip(CASES, found, strict=True):
        rows.append([
            case.words, _signed(exact), _signed(differences), _signed(printed),
            _moves(exact), _moves(printed),
        ])  # fmt: skip
    columns = ["Embeddings", "Autograd", "Finite differences", "As printed", "Exact descent",
               "Printed descent"]  # fmt: skip
    return Table(
        "Derivative of the loss by a temperature at 0.1", columns, rows,
        "computed here from the loss itself; nothing is trained", numeric_from=1,
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _moves(slope: float) -> str:
    return "lowers it" if slope > 0 else "raises it"
