"""Registered controls of a claim that its results do not meet: said beside the verdict.

Each sentence that a claim may register as a control is either checked here on the trials that were
run, or true by the way that trials are made, with the reason. A sentence that is neither is said to
be unchecked, so that no control is passed over in silence.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from reproduce.evaluation.registry import metric
from reproduce.registry.claims import Claim
from reproduce.study import steps
from reproduce.study.cell import Cell
from reproduce.study.contrasts import Comparison
from reproduce.study.study import Study

# Averages over classes in which each class counts alike, however many images it has.
OF_CLASSES_ALIKE = (
    "auc", "balanced_accuracy", "gmean_recall", "worst_class_recall", "minority_recall",
    "majority_recall", "generalization_gap", "generalization_gap_growth", "rarest_class_recall",
)  # fmt: skip
# How many points the shares of a class may differ between training and test images.
SHARES_ALIKE = 0.02
BY_CONSTRUCTION: Mapping[str, str] = {
    "last epoch, no early stopping": "training has no other rule",
    "last epoch": "training has no other rule",
    "no test image seen in self-supervised training": "no phase is handed the test part",
    "grades in order of severity, counted from 0 as in the text": "classes keep their order",
    "gap in balanced accuracy, since accuracy on training images depends on their class shares":
        "it is what the metric measures",
    "undersampled arms are measured on the images they were trained on":
        "learning curves look at the images that were drawn",
    "measured in the embedding; the map is drawn for illustration only":
        "no metric reads a map",
    "identities of the test images unseen in training":
        "preparing the data refuses any other division",
    "all unordered pairs of test images of one digit, self pairs excluded":
        "it is what a pair is",
    "measured in the embedding of test images; the map is drawn for illustration only":
        "no metric reads a map",
    "one-vs-rest AUC per class on scores that are not renormalised over classes":
        "it is what the metric measures",
}  # fmt: skip
# Not checks but warnings, which hold whatever is run.
ALWAYS_SAID = (
    "networks and recipes differ between the data sets, as in the paper: complexity is confounded "
    "with them",
    "the two settings differ in mu as well as in rho",
)

Check = Callable[[Study, Claim, Mapping[str, list[Comparison]]], str]


def conditions(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> list[str]:
    """Return each registered control that is not met, with what was seen instead."""
    found = []
    for control in claim.controls:
        if control in BY_CONSTRUCTION:
            continue
        if control in ALWAYS_SAID:
            found.append(control)
        elif control in CHECKS:
            seen = CHECKS[control](study, claim, compared)
            found += [f"not met: {control} ({seen})"] if seen else []
        else:
            found.append(f"not checked: {control}")
    return found


def same_steps(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say how many steps the arms took, if not all the same."""
    for comparison in _every(compared):
        taken = study.steps(_cells([comparison]))
        if len({sum(phases) for of in taken.values() for phases in of}) > 1:
            return steps.said(study.steps(_cells(_every(compared))))
    return ""


def same_images_shown(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say how many images the arms were shown in all, if not all the same (in 5 %)."""
    return _shown_apart(study, compared, slice(None))


def same_images_before(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say the same of pre-training, of the arms that have any: all phases but the last."""
    return _shown_apart(study, compared, slice(-1))


def _shown_apart(study: Study, compared: Mapping[str, list[Comparison]], phases: slice) -> str:
    for comparison in _every(compared):
        totals: dict[str, int] = {}
        for cell in _cells([comparison]):
            shown = sum(steps.passes(study.result(cell))[phases])
            if shown:
                totals[_named(cell, comparison)] = shown
        if totals and max(totals.values()) > 1.05 * min(totals.values()):
            return "images shown: " + ", ".join(f"{n} {count:,}" for n, count in totals.items())
    return ""


def same_passes(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say how many images passed the networks of the arms, if not equally many (in 5 %)."""
    for comparison in _every(compared):
        found = {
            _named(cell, comparison): steps.network_passes(study.result(cell))
            for cell in _cells([comparison])
        }
        if found and max(found.values()) > 1.05 * min(found.values()):
            return "image passes: " + ", ".join(f"{n} {count:,}" for n, count in found.items())
    return ""


def balanced_classifiers(
    study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]
) -> str:
    """Say which arms learn a classifier on a frozen encoder from other than balanced batches."""
    for cell in _cells(_every(compared)):
        last = cell.trial.phases[-1]
        if last.train == "classifier" and last.sampler != "class_balanced":
            return f"{cell.method}: sampler '{last.sampler}'"
    return ""


def same_start(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say where arms of one seed start from other weights or see another draw of the images."""
    for comparison in _every(compared):
        for seed in comparison.seeds:
            cells = [cell for cell in _cells([comparison]) if cell.seed == seed]
            for name in ("seed", "data_seed", "initialisation", "backbone", "split"):
                values = {str(getattr(cell.trial, name)) for cell in cells}
                if len(values) > 1:
                    return f"{name} differs: {', '.join(sorted(values))}"
    return ""


def same_start_of_a_network(
    study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]
) -> str:
    """Say where arms of one seed and one network start differently or see other images."""
    for comparison in _every(compared):
        seen: dict[tuple[int, str, str], dict[str, str]] = {}
        for cell in _cells([comparison]):
            one = {name: str(getattr(cell.trial, name)) for name in ("initialisation", "split")}
            known = seen.setdefault((cell.seed, cell.trial.backbone, cell.trial.dataset), one)
            for name, value in one.items():
                if known[name] != value:
                    return f"{name} differs: {known[name]}, {value}"
    return ""


def same_classification(
    study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]
) -> str:
    """Say where the last phases of arms that have two are not one and the same."""
    for comparison in _every(compared):
        two = [cell.trial.phases for cell in _cells([comparison]) if len(cell.trial.phases) > 1]
        if len({str(phases[-1]) for phases in two}) > 1:
            return "the last phases differ"
    return ""


def stopped_alike(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say where phases stop by other rules. How many images that takes is the rule's affair."""
    phases = [phase for cell in _cells(_every(compared)) for phase in cell.trial.phases]
    rules = sorted({phase.stop for phase in phases})
    return f"epochs without a lower loss: {', '.join(map(str, rules))}" if len(rules) > 1 else ""


def same_fine_tuning(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say where arms start differently or end on different recipes, by their last phase."""
    apart = same_start(study, claim, compared)
    for comparison in _every(compared):
        last = [cell.trial.phases[-1] for cell in _cells([comparison])] if not apart else []
        for name in ("optimizer", "schedule", "epochs", "iterations", "sampler", "transforms"):
            values = {str(getattr(phase, name)) for phase in last}
            if len(values) > 1:
                return f"the last phases differ in {name}"
    return apart


def same_augmentation(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say which arms transform their images where others do not.

    An encoder that is frozen and embeds each image once is shown it as it is.
    """
    for comparison in _every(compared):
        seen = {
            cell.method: tuple(sorted({p.transforms for p in cell.trial.phases if not p.embedded}))
            for cell in _cells([comparison])
        }
        if len({*seen.values()}) > 1:
            return "; ".join(f"{method}: {' and '.join(of)}" for method, of in seen.items())
    return ""


def same_temperature(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say at which temperatures arms were trained, if not all at one."""
    phases = [phase for cell in _cells(_every(compared)) for phase in cell.trial.phases]
    found = sorted({str(phase.objective_parameters.get("temperature")) for phase in phases})
    return f"temperatures {', '.join(found)}" if len(found) > 1 else ""


def same_batches(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say where arms of one seed start differently, or are shown other batches."""
    for comparison in _every(compared):
        phases = [phase for cell in _cells([comparison]) for phase in cell.trial.phases]
        for name in ("sampler", "sampler_parameters", "batch_size", "iterations"):
            if len({str(getattr(phase, name)) for phase in phases}) > 1:
                return f"{name} differs"
    return same_start(study, claim, compared)


def balanced_test(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say how many test images classes have, where they differ and the metric feels it."""
    for comparison in _every(compared):
        if comparison.asked in OF_CLASSES_ALIKE or metric(comparison.asked).needs != "logits":
            continue
        cell = comparison.arms[0].cell
        images = np.asarray(study.result(cell).confusion["test"]).sum(axis=1)
        if images.min() < images.max():
            return f"{images.min():,} to {images.max():,} test images a class"
    return ""


def imbalanced_test(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say what share the rarest class of training has among the test images, if another."""
    if claim.mixture == "training":
        return ""  # Its metrics are taken in those shares.
    for comparison in _every(compared):
        result = study.result(comparison.arms[0].cell)
        trained = np.asarray(result.counts) / sum(result.counts)
        tested = np.asarray(result.confusion["test"]).sum(axis=1)
        shares, rare = tested / tested.sum(), int(trained.argmin())
        if abs(shares - trained).max() > SHARES_ALIKE:
            return (
                f"the rarest class is {100 * trained[rare]:.0f} % of the training images and "
                f"{100 * shares[rare]:.0f} % of the test images"
            )
    return ""


def either_class_rare(study: Study, claim: Claim, compared: Mapping[str, list[Comparison]]) -> str:
    """Say so where only one class was taken for the rare one."""
    rare = {str(cell.factors.get("rare")) for cell in _cells(_every(compared))}
    return "" if len(rare) > 1 else f"judged with {' and '.join(sorted(rare))} as the rare class"


CHECKS: Mapping[str, Check] = {
    "same initial weights, same minority classes and same draw of images per seed for all arms":
        same_start,
    "same number of iterations for all arms": same_steps,
    "balanced test set, never changed": balanced_test,
    "same split, backbone and initial weights for all arms": same_start,
    "same number of image passes in both stages together": same_passes,
    "classifier stage on class-balanced samples for all two-stage methods": balanced_classifiers,
    "same augmentation for all arms": same_augmentation,
    "same backbone and same augmentation apart from the method itself": same_augmentation,
    "same split, same initial weights and same fine-tuning recipe for all arms": same_fine_tuning,
    "same number of image passes in pre-training": same_images_before,
    "same number of image passes for both batch sizes": same_images_shown,
    "the test set keeps the imbalance of the training set, as the text has it": imbalanced_test,
    "both readings of which class is rare": either_class_rare,
    "same split and same initial weights for all arms of one backbone": same_start_of_a_network,
    "same identities, initial weights and batches for both losses": same_batches,
    "same temperature for both losses": same_temperature,
    "same classification phase after every embedding phase": same_classification,
    "each phase stops by its training loss as in the text; image passes may differ": stopped_alike,
}  # fmt: skip


def _every(compared: Mapping[str, list[Comparison]]) -> list[Comparison]:
    return [one for of in compared.values() for one in of]


def _cells(comparisons: Iterable[Comparison]) -> list[Cell]:
    return [arm.cell for one in comparisons for arm in one.arms]


def _named(cell: Cell, comparison: Comparison) -> str:
    """Return an arm by its method, and by what its term fixes."""
    fixed = {name for term in comparison.contrast.terms for name in term.where}
    point = ", ".join(f"{name} {cell.factors[name]}" for name in sorted(fixed & set(cell.factors)))
    return f"{cell.method}{f' at {point}' if point else ''}"
