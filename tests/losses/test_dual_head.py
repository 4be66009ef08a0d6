"""The dual-head loss against a loop over its two terms; which head learns what; its state."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, build, dual_head

CONTEXT = Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)


def cosines(first, second):
    def length(vector):
        return math.sqrt(sum(x * x for x in vector))

    return [
        [sum(x * y for x, y in zip(u, v, strict=True)) / length(u) / length(v) for v in second]
        for u in first
    ]


def slow_similarity(view1, view2, temperature=0.5):
    """Compute Eq. 1 one image at a time."""
    table = cosines(view1.tolist(), view2.tolist())
    losses = [
        -math.log(math.exp(row[i] / temperature) / sum(math.exp(s / temperature) for s in row))
        for i, row in enumerate(table)
    ]
    return sum(losses) / len(losses)


def slow_ranking(view1, view2, b=0.0, c=10.0, alpha=1.0, mined=5):
    """Compute Eqs. 2 and 3 one view at a time."""
    count, views = len(view1), view1.tolist() + view2.tolist()
    table = [[(s + 1) / 2 for s in row] for row in cosines(views, views)]
    total = 0.0
    for i, row in enumerate(table):
        positive = row[(i + count) % (2 * count)]
        others = sorted((s for j, s in enumerate(row) if j % count != i % count), reverse=True)
        total += (positive - c) ** 2 - 2 * alpha * positive
        total += sum((s - b) ** 2 + 2 * alpha * s for s in others[:mined])
    return total / (2 * count)


@pytest.fixture
def heads():
    views = []
    for width in (3, 5):
        first = torch.randn(8, width, dtype=torch.float64)
        views += [first, first + 0.5 * torch.randn(8, width, dtype=torch.float64)]
    return [view.requires_grad_() for view in views]


def batch_of(heads, names=("similarity", "ranking")):
    outputs = {names[0]: torch.cat(heads[:2]), names[1]: torch.cat(heads[2:])}
    return Batch(torch.zeros(8), embeddings=torch.zeros(16, 9), heads=outputs, views=2)


def test_it_is_the_ranking_loss_and_a_fifth_of_the_similarity_loss(heads):
    expected = slow_ranking(*heads[2:]) + 0.2 * slow_similarity(*heads[:2])
    assert dual_head(*heads).item() == pytest.approx(expected, abs=1e-12)


def test_every_parameter_reaches_its_term(heads):
    given = {"b": 0.3, "c": 1.0, "alpha": 0.5, "top_k": 3, "temperature": 0.2}
    found = dual_head(*heads, ranking_weight=0.7, similarity_weight=0.4, **given)
    ranking = slow_ranking(*heads[2:], b=0.3, c=1.0, alpha=0.5, mined=3)
    expected = 0.7 * ranking + 0.4 * slow_similarity(*heads[:2], temperature=0.2)
    assert found.item() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "given",
    [
        {"similarity_reading": "nt_xent"},
        {"normalize": False},
        {"reading": "auc_cl"},
        {"reading": "saddle"},
        {"reading": "saddle", "a": 0.3},
        {"reading": "saddle", "margin": 0.3},
        {"ratio": 0.9},
        {"score": "cosine"},
        {"positive_margin": 0.5},
        {"anchors": "first_view"},
        {"negatives": "other_view"},
        {"excluded": "exclude_anchor_only"},
        {"minus_batch_size": "printed"},
    ],
    ids=str,
)
def test_every_reading_is_that_of_the_loss_it_belongs_to(heads, given):
    from reproduce.losses import auc_ranking, info_nce

    to_similarity = {"similarity_reading": "reading", "normalize": "normalize"}
    of_similarity = {to_similarity[n]: v for n, v in given.items() if n in to_similarity}
    of_ranking = {n: v for n, v in given.items() if n not in to_similarity}
    ranking = auc_ranking(*heads[2:], **of_ranking)
    expected = ranking + 0.2 * info_nce(*heads[:2], **of_similarity)
    found = dual_head(*heads, **given)
    assert found.item() == pytest.approx(expected.item(), abs=1e-12)
    plain = dual_head(*heads, reading=given.get("reading", "printed"))
    assert given.keys() == {"reading"} or found.item() != pytest.approx(plain.item(), abs=1e-6)


def test_warm_up_leaves_the_ranking_head_and_b_alone(heads):
    objective = build("dual_head", CONTEXT, ranking_weight=0, similarity_weight=1)
    loss = objective(batch_of(heads))
    loss.backward()
    assert loss.item() == pytest.approx(slow_similarity(*heads[:2]), abs=1e-12)
    assert heads[2].grad is None and heads[3].grad is None and objective.b.grad is None
    assert heads[0].grad.abs().sum() > 0
    # The phase that continues it takes over the whole state.
    build("dual_head", CONTEXT).load_state_dict(objective.state_dict())


def test_each_head_receives_its_own_gradient_only(heads):
    objective = build("dual_head", CONTEXT, similarity_weight=0)
    objective(batch_of(heads)).backward()
    assert heads[0].grad is None and heads[2].grad.abs().sum() > 0
    assert objective.b.grad != 0


def test_the_objective_reads_its_heads_by_name(heads):
    objective = build("dual_head", CONTEXT)
    assert objective.heads == ("similarity", "ranking") and objective.views == 2
    assert objective(batch_of(heads)).item() == pytest.approx(dual_head(*heads).item(), abs=1e-12)
    said = "expected projection heads similarity, ranking, received similarity, other; add ranking"
    with pytest.raises(UserError, match=said):
        objective(batch_of(heads, ("similarity", "other")))
    with pytest.raises(UserError, match="received none"):
        objective(Batch(torch.zeros(8), views=2))


def test_it_takes_every_parameter_of_its_function():
    objective = build("dual_head", CONTEXT, c=1.0, top_k=10, similarity_weight=0.5, b=0.1)
    assert {name: value.item() for name, value in objective.named_parameters()} == {
        "b": pytest.approx(0.1)
    }
    with pytest.raises(UserError, match="has no parameter 'top'"):
        build("dual_head", CONTEXT, top=10)
    with pytest.raises(UserError, match="expected at least one above 0, received 0 and 0"):
        dual_head(*[torch.ones(2, 2)] * 4, ranking_weight=0, similarity_weight=0)
    with pytest.raises(UserError, match="similarity_weight expected at least 0, received -1"):
        dual_head(*[torch.ones(2, 2)] * 4, similarity_weight=-1)


def test_the_terms_are_the_weighted_losses_and_their_sum_is_the_loss(heads):
    objective = build("dual_head", CONTEXT, similarity_weight=0.4, ranking_weight=0.7, top_k=3)
    loss = objective(batch_of(heads))
    expected = {
        "similarity": 0.4 * slow_similarity(*heads[:2]),
        "ranking": 0.7 * slow_ranking(*heads[2:], mined=3),
    }
    assert objective.terms.keys() == expected.keys()
    for name, value in expected.items():
        assert objective.terms[name].item() == pytest.approx(value, abs=1e-12)
    assert loss.item() == objective.terms["similarity"].item() + objective.terms["ranking"].item()


@pytest.mark.parametrize("name", ["similarity", "ranking"])
def test_a_term_of_weight_zero_is_no_term(heads, name):
    objective = build("dual_head", CONTEXT, **{f"{name}_weight": 0})
    loss = objective(batch_of(heads))
    (other,) = {"similarity", "ranking"} - {name}
    assert objective.terms.keys() == {other} and objective.terms[other].item() == loss.item()
    assert bool(objective.measured(batch_of(heads))) == (name == "similarity")


def test_one_head_can_feed_both_losses(heads):
    objective = build("dual_head", CONTEXT, ranking_head="similarity")
    assert objective.heads == ("similarity",)
    outputs = {"similarity": torch.cat(heads[:2])}
    loss = objective(Batch(torch.zeros(8), heads=outputs, views=2))
    expected = slow_ranking(*heads[:2]) + 0.2 * slow_similarity(*heads[:2])
    assert loss.item() == pytest.approx(expected, abs=1e-12)


def slow_same_class(view1, view2, labels, mined, negatives, excluded, anchors):
    """Count, anchor by anchor, the mined and all candidates of the anchor's own class."""
    count, views = len(view1), view1.tolist() + view2.tolist()
    table, labels = cosines(views, views), labels.tolist() * 2
    of_mined, of_all = [], []
    for i in range(count if anchors == "first_view" else 2 * count):
        others = []
        for j in range(2 * count):
            same_view = (i < count) == (j < count)
            if j == i or (negatives == "other_view" and same_view):
                continue
            if excluded == "exclude_own_positive" and j == (i + count) % (2 * count):
                continue
            others.append((table[i][j], labels[i] == labels[j]))
        of_all += [same for _, same in others]
        of_mined += [same for _, same in sorted(others, reverse=True)[: mined or len(others)]]
    return sum(of_mined) / len(of_mined), sum(of_all) / len(of_all)


@pytest.mark.parametrize("negatives", ["both_views", "other_view"])
@pytest.mark.parametrize("excluded", ["exclude_own_positive", "exclude_anchor_only"])
@pytest.mark.parametrize("anchors", ["both_views", "first_view"])
def test_the_share_of_an_anchors_own_class_by_a_plain_loop(heads, negatives, excluded, anchors):
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 0, 1])
    compared = {"negatives": negatives, "excluded": excluded, "anchors": anchors}
    objective = build("dual_head", CONTEXT, top_k=3, c=1.0, **compared)
    batch = batch_of(heads)
    batch.labels = labels
    found = objective.measured(batch)
    mined, among_all = slow_same_class(*heads[2:], labels, 3, **compared)
    assert found["same_class_mined"].item() == pytest.approx(mined, abs=1e-6)
    assert found["same_class_all"].item() == pytest.approx(among_all, abs=1e-6)
    assert mined != among_all


def test_the_released_code_mines_nothing_and_counts_the_positive(heads):
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 0, 1])
    objective = build("dual_head", CONTEXT, reading="auc_cl", top_k=3)
    batch = batch_of(heads)
    batch.labels = labels
    found = objective.measured(batch)
    every = slow_same_class(
        *heads[2:], labels, None, "both_views", "exclude_anchor_only", "both_views"
    )
    assert found["same_class_mined"].item() == pytest.approx(every[0], abs=1e-6)
    assert found["same_class_all"].item() == pytest.approx(every[1], abs=1e-6)


def test_a_single_image_has_no_candidates():
    one = {"similarity": torch.ones(2, 3), "ranking": torch.ones(2, 3)}
    found = build("dual_head", CONTEXT).measured(Batch(torch.zeros(1), heads=one, views=2))
    assert {name: value.item() for name, value in found.items()} == {
        "same_class_mined": 0.0, "same_class_all": 0.0,
    }  # fmt: skip


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Linear(6, 4)
        self.similarity, self.ranking = torch.nn.Linear(4, 3), torch.nn.Linear(4, 3)

    def forward(self, images):
        features = self.encoder(images)
        return {"similarity": self.similarity(features), "ranking": self.ranking(features)}


def trained(objective, network, batches, rate=0.02):
    learning = [*network.parameters(), *objective.parameters()]
    optimizer = torch.optim.SGD(learning, lr=rate)
    for images in batches:
        batch = Batch(torch.zeros(len(images) // 2), heads=network(images), views=2)
        loss = objective(batch)
        optimizer.zero_grad()
        loss.backward()
        for name in objective.ascent:
            getattr(objective, name).grad.neg_()
        optimizer.step()
        objective.after_step()
    return objective, network


def copies(objective, network, **given):
    fresh, again = build("dual_head", CONTEXT, **given), Small()
    fresh.load_state_dict(objective.state_dict())
    again.load_state_dict(network.state_dict())
    return fresh, again


@pytest.mark.parametrize("given", [{}, {"reading": "saddle"}])
def test_it_resumes_bit_for_bit(given):
    batches = [torch.randn(12, 6) for _ in range(6)]
    start = build("dual_head", CONTEXT, **given), Small()
    whole = trained(*copies(*start, **given), batches)
    half = trained(*copies(*start, **given), batches[:3])
    resumed = trained(*copies(*half, **given), batches[3:])
    for one, other, first in zip(whole, resumed, start, strict=True):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name])
            assert not torch.equal(value, first.state_dict()[name])


def test_it_learns_to_find_the_other_view():
    """Over four small worlds: one alone hangs on how a processor rounds."""
    before, after = [], []
    for _ in range(4):
        images = torch.randn(10, 6)
        pairs = torch.cat([images, images + 0.7 * torch.randn(10, 6)])
        network = Small()

        def found(network=network, pairs=pairs):
            outputs = [torch.nn.functional.normalize(x, dim=1) for x in network(pairs).values()]
            pointed = [(x[:10] @ x[10:].T).argmax(1) for x in outputs]
            return [one.eq(torch.arange(10)).sum().item() for one in pointed]

        before.append(found())
        trained(build("dual_head", CONTEXT, c=1.0, top_k=3), network, [pairs] * 300, rate=0.05)
        after.append(found())
    # Of 40 views each head finds about 18 by chance of its weights, and 35 and more once trained.
    heads_before, heads_after = (torch.tensor(seen).sum(dim=0) for seen in (before, after))
    assert (heads_after >= 30).all() and (heads_after > heads_before + 5).all()
