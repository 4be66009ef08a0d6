"""What can be asked of the dual-head methods, and the variants with one component changed."""

import pytest

from reproduce.errors import UserError
from reproduce.methods.registry import build
from reproduce.papers.dual_head.methods import FOUR, VARIANTS
from reproduce.training.phases import Heads, Optimizer, Phase, Projection, Schedule

RECIPE = Phase(
    batch_size=128, epochs=200, views=2, transforms="dual_head_section_4_1",
    transform_parameters={"solarize": 0.5},
    optimizer=Optimizer(name="adamw", learning_rate=1e-3, weight_decay=5e-4),
)  # fmt: skip
HEAD = Projection(size=128, hidden=512, batch_norm=True)
EVERY = (*FOUR, *VARIANTS)
# As a study asks: the same of all.
ASKED = {
    "fine_tuning_epochs": 30, "fine_tuning_transforms": "none", "temperature": 0.3, "warm_up": 0.2,
    "warm_up_weight": 0.2, "similarity_weight": 0.2, "similarity_reading": "nt_xent",
    "ranking": {"top_k": 7, "c": 1.0}, "head": Projection(size=8),
}  # fmt: skip


def terms_of(phase):
    return {**phase.objective_parameters}


@pytest.mark.parametrize("name", EVERY)
def test_every_method_takes_every_option(name):
    *before, last = build(name, RECIPE, **ASKED).phases
    assert (last.transforms, last.transform_parameters, last.views) == ("none", {}, 1)
    assert last.epochs == (230 if name == "supervised_longer" else 30)
    assert last.heads == Heads() and last.schedule == Schedule(name="cosine")
    assert sum(phase.epochs for phase in before) == (0 if "supervised" in name else 200)
    for phase in before:
        assert phase.views == 2 and phase.transforms == RECIPE.transforms
        assert set(phase.heads.projections.values()) == {ASKED["head"]}
        assert phase.transform_parameters == {"solarize": 0.5}


@pytest.mark.parametrize("name", EVERY)
def test_a_misspelt_option_is_refused(name):
    with pytest.raises(UserError, match=r"has no option 'warmup' \(it takes: head, fine_tuning"):
        build(name, RECIPE, warmup=0.1)


@pytest.mark.parametrize("name", EVERY)
def test_the_fine_tuning_keeps_the_recipes_images_unless_told(name):
    last = build(name, RECIPE).phases[-1]
    assert last.transforms == RECIPE.transforms and last.transform_parameters == {"solarize": 0.5}
    assert last == build(name, RECIPE, fine_tuning_transforms="same").phases[-1]


def test_the_length_of_the_fine_tuning_can_be_in_epochs_where_the_recipe_is_in_iterations():
    recipe = RECIPE.but(epochs=0, iterations=400)
    first, last = build("simclr", recipe, fine_tuning_epochs=3).phases
    assert (first.iterations, last.iterations, last.epochs) == (400, 0, 3)
    said = "received the one in iterations and the other in epochs"
    with pytest.raises(UserError, match=said):
        build("supervised_longer", recipe, fine_tuning_epochs=3)
    (alone,) = build("supervised_longer", recipe).phases
    assert alone.iterations == 500


def test_ranking_alone_has_no_similarity_and_no_warm_up():
    both, last = build("ranking_alone", RECIPE, warm_up=0.1, similarity_weight=0.2).phases
    assert terms_of(both) == {"similarity_weight": 0.0, "temperature": 0.5}
    assert both.epochs == 200 and not both.continued
    assert last == build("dual_head", RECIPE).phases[-1]


def test_one_shared_head_feeds_both_losses():
    alone, both, _ = build("shared_head", RECIPE).phases
    paper_alone, paper_both, _ = build("dual_head", RECIPE).phases
    for phase, plain in ((alone, paper_alone), (both, paper_both)):
        assert phase.heads == Heads(projections={"similarity": HEAD})
        assert terms_of(phase) == {**terms_of(plain), "ranking_head": "similarity"}
        assert phase.epochs == plain.epochs


def test_all_negatives_are_ranked_where_none_is_mined():
    _, both, _ = build("all_negatives", RECIPE, ranking={"top_k": 5, "c": 1.0}).phases
    assert terms_of(both) == {
        "similarity_weight": 0.2, "temperature": 0.5, "c": 1.0, "ratio": 1.0,
    }  # fmt: skip


def test_auc_cl_after_the_papers_warm_up():
    alone, both, _ = build("auc_cl_warm_up", RECIPE, ranking={"c": 1.0}).phases
    paper, *_ = build("dual_head", RECIPE).phases
    assert alone.heads == both.heads == paper.heads and both.continued
    assert terms_of(alone) == {**terms_of(paper), "reading": "auc_cl"}
    assert terms_of(both) == {"similarity_weight": 0.0, "temperature": 0.5, "reading": "auc_cl"}


def test_the_longer_baseline_is_the_baseline_but_longer():
    (longer,), (plain,) = (
        build(name, RECIPE).phases for name in ("supervised_longer", "supervised")
    )
    assert longer == plain.but(epochs=250)


def test_simclr_can_have_the_papers_infonce():
    first, _ = build("simclr", RECIPE, simclr_reading="printed").phases
    plain, _ = build("simclr", RECIPE).phases
    assert first == plain.but(objective="info_nce") and plain.objective == "nt_xent"
    with pytest.raises(UserError, match="simclr_reading expected nt_xent or printed, received all"):
        build("simclr", RECIPE, simclr_reading="all")


def test_the_similarity_loss_can_be_simclrs():
    alone, both, _ = build("dual_head", RECIPE, similarity_reading="nt_xent").phases
    assert terms_of(alone)["similarity_reading"] == terms_of(both)["similarity_reading"]
    assert terms_of(both)["similarity_reading"] == "nt_xent"
    assert "similarity_reading" not in terms_of(build("dual_head", RECIPE).phases[1])
