"""What the history says of a loss of several terms, and that looking changes nothing."""

import math

import pytest
import torch

from reproduce import losses
from reproduce.losses.objective import Objective
from reproduce.training import terms
from reproduce.training.loop import Interrupted
from reproduce.training.phases import Heads, Projection

BOTH = Heads(projections={"similarity": Projection(size=3), "ranking": Projection(size=3)})
OF_TERMS = {"loss_similarity", "loss_ranking", "gradient_similarity", "gradient_ranking"}
OF_CLASSES = {"same_class_mined", "same_class_all"}


@pytest.fixture
def joint(phase):
    """Return a function that makes a phase with both losses; in blocks of three steps."""

    def make(**changed):
        return phase(
            **{
                "objective": "dual_head", "heads": BOTH, "views": 2, "iterations": 60,
                "transforms": "crop_flip", "optimizer": {"learning_rate": 0.001},
                **changed,
            }
        )  # fmt: skip

    return make


@pytest.fixture
def colourable(images):
    """The tiny images on the scale that transforms ask for."""
    images.divisor = 255
    return images


def test_every_block_has_the_mean_of_each_term_and_what_was_measured_last(
    tiny, joint, run, colourable, monkeypatch
):
    seen = []
    original = terms.taken

    def spied(objective):
        seen.append({name: term.item() for name, term in objective.terms.items()})
        return original(objective)

    monkeypatch.setattr(terms, "taken", spied)
    history = run(tiny(), [joint()]).history
    assert [row["iteration"] for row in history] == list(range(3, 61, 3))
    for row in history:
        assert row.keys() >= OF_TERMS | OF_CLASSES
        block = seen[row["iteration"] - 3 : row["iteration"]]
        for name in ("similarity", "ranking"):
            mean = sum(step[name] for step in block) / 3
            assert row[f"loss_{name}"] == pytest.approx(mean, rel=1e-12)
            assert row[f"gradient_{name}"] > 0
        total = row["loss_similarity"] + row["loss_ranking"]
        assert row["loss"] == pytest.approx(total, rel=1e-6)
        assert 0 <= row["same_class_all"] <= 1 and 0 <= row["same_class_mined"] <= 1


def test_in_the_warm_up_there_is_one_term(tiny, joint, run, colourable):
    alone = joint(objective_parameters={"ranking_weight": 0.0, "similarity_weight": 1.0})
    history = run(tiny(), [alone, joint(continued=True), joint(
        objective="cross_entropy", heads=Heads(), views=1)]).history  # fmt: skip
    for row in history:
        found = row.keys() & (OF_TERMS | OF_CLASSES)
        if row["phase"] == 0:
            assert found == {"loss_similarity", "gradient_similarity"}
            assert row["loss"] == row["loss_similarity"]
        else:
            assert found == (OF_TERMS | OF_CLASSES if row["phase"] == 1 else set())


def test_gradients_are_those_of_each_loss_alone():
    """In float64, by autograd of losses that are put together here, not by the objective."""
    torch.manual_seed(0)
    features = torch.randn(16, 6, dtype=torch.float64, requires_grad=True)
    to_similarity, to_ranking = (torch.randn(6, 4, dtype=torch.float64) for _ in range(2))
    heads = {"similarity": features @ to_similarity, "ranking": features @ to_ranking}
    context = losses.Context(classes=2, counts=(4, 4), embedding_size=4, iterations=1)
    objective = losses.build("dual_head", context, similarity_weight=0.3, c=1.0).double()
    batch = losses.Batch(torch.arange(8) % 2, heads=heads, views=2)
    objective(batch)
    found = terms.looked_at(objective, batch, features)
    assert features.grad is None and objective.b.grad is None

    similarity = losses.info_nce(*(features @ to_similarity).chunk(2))
    ranking = losses.auc_ranking(*(features @ to_ranking).chunk(2), c=1.0)
    for name, loss, weight in (("similarity", similarity, 0.3), ("ranking", ranking, 1.0)):
        (expected,) = torch.autograd.grad(loss, features)
        length = weight * math.sqrt(sum(x * x for x in expected.flatten().tolist()))
        assert found[f"gradient_{name}"].item() == pytest.approx(length, rel=1e-6)


def test_looking_changes_no_digit(tiny, joint, run, colourable, monkeypatch):
    watched, plain = tiny(dropout=0.5), tiny(dropout=0.5)
    history = run(watched, [joint()]).history
    monkeypatch.setattr(terms, "looked_at", lambda *given: {})
    unseen = run(plain, [joint()]).history
    assert [row["loss"] for row in unseen] == [row["loss"] for row in history]
    for name, value in plain.state_dict().items():
        assert torch.equal(value, watched.state_dict()[name]), name


def test_a_loss_without_terms_pays_nothing(tiny, phase, run, monkeypatch):
    def refused(*given, **more):
        raise AssertionError("a loss without terms went backward twice")

    monkeypatch.setattr(torch.autograd, "grad", refused)
    (row, *_) = run(tiny(), [phase()]).history
    assert row.keys() == {"phase", "iteration", "learning_rate", "loss", "training_accuracy"}


# Before the first step, inside blocks and at their ends, in both phases.
@pytest.mark.parametrize("steps", [0, 2, 4, 5, 9, 12])
def test_an_interrupted_run_has_the_same_history(tiny, joint, run, colourable, tmp_path, steps):
    first = joint(iterations=0, epochs=2)
    second = first.but(continued=True, objective_parameters={"similarity_weight": 0.5})
    phases = [first, second]
    expected = run(tiny(dropout=0.5), phases).history
    assert len(expected) == 4 and all(row.keys() >= OF_TERMS for row in expected)
    asked, checkpoint = iter(range(1000)), tmp_path / "trial.safetensors"
    with pytest.raises(Interrupted):
        run(
            tiny(dropout=0.5), phases,
            checkpoint=checkpoint, stop_requested=lambda: next(asked) >= steps,
        )  # fmt: skip
    assert run(tiny(dropout=0.5), phases, checkpoint=checkpoint).history == expected


class Sum(Objective):
    """Two terms, one of which does not look at the features."""

    function = staticmethod(lambda: None)
    reads = "logits"

    def forward(self, batch):
        self.terms = {"seen": 3 * batch.logits.sum(), "unseen": batch.labels.sum()}
        return sum(self.terms.values())


def test_a_term_may_leave_the_encoder_alone_and_the_encoder_may_be_frozen():
    context = losses.Context(classes=2, counts=(1, 1), embedding_size=4, iterations=1)
    objective, labels = Sum(context), torch.ones(2, requires_grad=True)
    features = torch.randn(2, 2, requires_grad=True)
    batch = losses.Batch(labels, logits=features * 1)
    objective(batch)
    found = terms.looked_at(objective, batch, features)
    assert found["gradient_seen"].item() == pytest.approx(6) and found["gradient_unseen"] == 0
    assert terms.looked_at(objective, batch, features.detach()) == {}
    assert terms.taken(objective).keys() == {"seen", "unseen"} and not objective.terms


def test_only_numbers_come_into_the_history():
    found = {"gradient_a": torch.tensor(math.inf), "gradient_b": torch.tensor(2.0)}
    assert terms.row({"a": 6.0}, 3, found) == {"loss_a": 2.0, "gradient_b": 2.0}
