"""Which images are compared with which: all that may be, within or across domains, or templates.

A *rule* is named behind the part of the data that it is applied to: `test` alone has the pairs of
images that share what a pair must share (a digit), of whatever domain; `test:within`,
`test:across`, `test:any` (pairs of two digits too) and `test:template5` (a probe against the mean
of five images of an identity) are others. What a rule needs, such as a domain, not all data have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.pair_measures import Pairs, in_order, pairs_of
from reproduce.evaluation.representation import on_sphere
from reproduce.randomness import generator

WITHIN, ACROSS, ANY = "within", "across", "any"
TEMPLATES = {f"template{images}": images for images in (1, 5, 20)}
# Probes of each identity: images that are in no template, the same for templates of every size.
PROBES = 4
# Pairs of any two kinds grow with the square of all images, not of those of one kind.
IMAGES_OF_ANY_KIND = 1000
RULES = ("", WITHIN, ACROSS, ANY, *TEMPLATES)


@dataclass(frozen=True)
class Shown:
    """Whom the compared images show [n], and where known their domains [n] and kinds [n]."""

    identities: np.ndarray
    domains: np.ndarray | None = None
    kinds: np.ndarray | None = None
    rule: str = ""

    def under(self, rule: str) -> "Shown":
        """Return the same images, to be compared by a rule."""
        if rule not in RULES:
            raise unknown_name("rule of pairs", rule, [name for name in RULES if name])
        return replace(self, rule=rule)

    def rules(self) -> Iterator[str]:
        """Yield the rules that can be applied to these images."""
        yield ""
        if self.domains is not None and len(np.unique(self.domains)) > 1:
            yield from (rule for rule in (WITHIN, ACROSS) if self._has_genuine(rule))
        if self.kinds is not None:
            yield ANY
        least = np.unique(self.identities, return_counts=True)[1]
        if np.count_nonzero(least >= max(TEMPLATES.values()) + 1) > 1:
            yield from TEMPLATES

    def _has_genuine(self, rule: str) -> bool:
        """Say whether somebody has two images that a rule of domains compares."""
        kinds = np.zeros(len(self.identities), int) if self.kinds is None else self.kinds
        pictured = np.stack([self.identities, kinds], axis=1)
        alone = np.unique(np.column_stack([pictured, self.domains]), axis=0, return_counts=True)
        if rule == WITHIN:
            return bool((alone[1] > 1).any())
        return len(alone[0]) > len(np.unique(pictured, axis=0))


def split_name(name: str) -> tuple[str, str]:
    """Return the part of the data and the rule of pairs of a name such as `test:across`."""
    part, _, rule = name.partition(":")
    return part, rule


def pairs(embeddings: np.ndarray, shown: Shown) -> Pairs:
    """Return the pairs that the rule of `shown` compares."""
    if shown.rule in TEMPLATES:
        return _with_templates(embeddings, shown.identities, TEMPLATES[shown.rule])
    kinds, rows = shown.kinds, np.arange(len(shown.identities))
    if shown.rule == ANY:
        kinds, rows = None, evenly_of_each(shown.identities, IMAGES_OF_ANY_KIND)
    domains = None if shown.domains is None else shown.domains[rows]
    across = {WITHIN: False, ACROSS: True}.get(shown.rule)
    return pairs_of(
        embeddings[rows], shown.identities[rows], domains, across=across,
        kinds=None if kinds is None else kinds[rows],
    )  # fmt: skip


def evenly_of_each(identities: np.ndarray, most: int) -> np.ndarray:
    """Return which images are compared, in order: all, or equally many of each identity.

    As many of each as keep the whole within `most`, but always two, and all of those who have
    fewer; drawn without regard to anything but the data.
    """
    _, numbers, counts = np.unique(identities, return_inverse=True, return_counts=True)
    each = int(counts.max())
    while each > 2 and np.minimum(counts, each).sum() > most:
        each -= 1
    chosen = [
        generator(0, "compared", c).permutation(np.flatnonzero(numbers == c))[:each]
        for c in range(len(counts))
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int32)


def _with_templates(embeddings: np.ndarray, identities: np.ndarray, images: int) -> Pairs:
    """Return the cosines of probes with templates: `first` is the template's identity.

    A template is the mean of the unit embeddings of so many images of an identity.
    """
    rows, (known, numbers) = on_sphere(embeddings), np.unique(identities, return_inverse=True)
    most = max(TEMPLATES.values())
    templates, probes = {}, {}
    for c in range(len(known)):
        own = generator(0, "template", int(known[c])).permutation(np.flatnonzero(numbers == c))
        if len(own) > most:
            templates[c] = rows[own[:images]].mean(axis=0)
            probes[c] = own[most : most + PROBES]
    if len(templates) < 2:
        raise UserError(
            f"a template needs {most} images of an identity and one more as a probe; expected two "
            f"or more identities that have them, received {len(templates)}"
        )
    probed = np.concatenate(list(probes.values()))
    scores = rows[probed] @ on_sphere(np.stack(list(templates.values()))).T
    first = np.tile(np.array(list(templates)), len(probed))
    return in_order(scores.ravel(), first, np.repeat(numbers[probed], len(templates)), len(known))
