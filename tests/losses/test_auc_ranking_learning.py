"""What the AUC ranking objective learns, keeps and resumes from."""

import pytest
import torch

from reproduce.losses import Batch, Context, auc_ranking, build, info_nce

CONTEXT = Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)


def two_views(steps=6):
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(12, 4, generator=generator) for _ in range(steps)]


def trained(objective, layer, batches):
    groups = [*layer.parameters(), *objective.parameters()]
    optimizer = torch.optim.SGD(groups, lr=0.05)
    for images in batches:
        loss = objective(Batch(torch.zeros(6), embeddings=layer(images), views=2))
        optimizer.zero_grad()
        loss.backward()
        for name in objective.ascent:
            getattr(objective, name).grad.neg_()
        optimizer.step()
        objective.after_step()
    return objective, layer


def copies(objective, layer, **given):
    fresh = build("auc_ranking", CONTEXT, **given)
    fresh.load_state_dict(objective.state_dict())
    again = torch.nn.Linear(4, 3)
    again.load_state_dict(layer.state_dict())
    return fresh, again


@pytest.mark.parametrize("given", [{}, {"reading": "saddle"}])
def test_it_resumes_bit_for_bit(given):
    layer, objective = torch.nn.Linear(4, 3), build("auc_ranking", CONTEXT, **given)
    whole = trained(*copies(objective, layer, **given), two_views())
    half = trained(*copies(objective, layer, **given), two_views()[:3])
    resumed = trained(*copies(*half, **given), two_views()[3:])
    for one, other in zip(whole, resumed, strict=True):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name])
    assert whole[0].b.item() != objective.b.item()


def test_what_each_reading_learns():
    printed = build("auc_ranking", CONTEXT, b=0.25, alpha=0.5)
    assert {n: p.item() for n, p in printed.named_parameters()} == {"b": 0.25}
    assert printed.ascent == () and printed.parameters_given["alpha"] == 0.5
    saddle = build("auc_ranking", CONTEXT, reading="saddle", a=0.7)
    assert set(saddle.state_dict()) == {"a", "b", "alpha"} and saddle.ascent == ("alpha",)
    assert saddle.a.item() == pytest.approx(0.7)


def test_alpha_of_the_saddle_stays_at_least_zero():
    objective = build("auc_ranking", CONTEXT, reading="saddle", alpha=0.01, margin=0.0)
    images = torch.eye(4).repeat(2, 1).requires_grad_()
    objective(Batch(torch.zeros(4), embeddings=images, views=2)).backward()
    # Every positive already exceeds every negative, so ascent goes down, and below zero.
    assert objective.alpha.grad < 0
    with torch.no_grad():
        objective.alpha += objective.alpha.grad
    assert objective.alpha < 0
    objective.after_step()
    assert objective.alpha.item() == 0
    with torch.no_grad():
        objective.alpha.fill_(0.5)
    objective.after_step()
    assert objective.alpha.item() == 0.5


@pytest.mark.parametrize("given", [{"c": 1.0}, {"reading": "saddle"}])
def test_it_learns_to_rank_the_other_view_first(given):
    views = [torch.randn(10, 4).requires_grad_() for _ in range(2)]
    optimizer = torch.optim.Adam(views, lr=0.05)

    def rank():
        """Return how often a positive exceeds a negative."""
        cosines = (
            torch.nn.functional.normalize(views[0]) @ torch.nn.functional.normalize(views[1]).T
        )
        return (cosines.diagonal()[:, None] > cosines).double().sum().item() / 90

    before = rank()
    for _ in range(150):
        optimizer.zero_grad()
        auc_ranking(*views, **given, top_k=5 if "reading" in given else 1).backward()
        optimizer.step()
    assert before < 0.75 and rank() > 0.97


@pytest.mark.parametrize(("c", "top_k", "least", "most"), [(10.0, 26, 30, 35), (1.0, 5, 8, 10)])
def test_the_ranking_loss_outweighs_the_other_as_the_docstring_says(c, top_k, least, most):
    """Of the least and the most that it names, these are random views of 64 numbers."""
    rng = torch.Generator().manual_seed(0)
    views = [torch.randn(128, 64, dtype=torch.float64, generator=rng) for _ in range(2)]

    def size(loss, **options):
        given = [view.clone().requires_grad_() for view in views]
        loss(*given, **options).backward()
        return torch.cat([view.grad for view in given]).norm()

    ratio = size(auc_ranking, c=c, top_k=top_k) / (0.2 * size(info_nce))
    assert least < ratio < most
