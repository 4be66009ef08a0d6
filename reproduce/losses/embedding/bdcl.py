"""Balanced and discriminative contrastive learning: own temperatures, and hard prototypes."""

from typing import Any

import torch
from torch import nn

from reproduce.losses import Batch, Context, checks
from reproduce.losses.embedding.penalties import Penalties
from reproduce.losses.embedding.pixels import PixelsOrImages
from reproduce.losses.embedding.prototypes import HardPrototypes, of_classes
from reproduce.losses.embedding.similarities import products, reduced, scaled


def bdcl(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    temperatures: float | torch.Tensor = 0.1,
    prototypes: torch.Tensor | None = None,
    known_prototypes: torch.Tensor | None = None,
    positive_set: str = "own_prototype",
    denominator_temperature: str = "anchor",
    temperature_gradient: str = "autograd",
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Supervised contrastive loss with a temperature and a prototype per class (section 2.3).

    .. math::

        L_i = \frac{-1}{|P(i)| + 1} \sum_{p \in P(i) \cup \{c\}} \log
              \frac{\exp(z_i \cdot z_p / \tau_{y_i})}
                   {\sum_{a \in A(i)} \exp(z_i \cdot z_a / \tau_{y_i})
                    + \sum_{k \in C} \exp(z_i \cdot z^*_k / \tau_{y_i})}

    :math:`A(i)` are all other rows of the batch, :math:`P(i)` those of the anchor's class. The
    prototype :math:`z^*_k` of class k stands in where the batch lacks the class; the positive c is
    that of the anchor's class. The push on a negative is its share :math:`q` of the denominator
    over :math:`\tau_{y_i}`. The derivative by the temperature is the difference of two means of
    the similarity :math:`s`: over the positives P, c among them, and over all candidates by share,

    .. math::

        \frac{\partial L_i}{\partial \tau_{y_i}} = \frac{1}{\tau_{y_i}^2}
            \Big( \frac{1}{|P|} \sum_p s_{ip} - \sum_a q_{ia} s_{ia} \Big),

    so descent raises the temperature of a class whose negatives are more similar than its
    positives, and lowers that of a compact, well separated one.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The outputs of the projection head; scaled to length one here.
    labels : Tensor [N]
        The classes, 0 to C - 1 where anything is given per class.
    temperatures : float or Tensor [C]
        :math:`\tau`, one for all classes or one for each. The paper learns them and prints no
        values.
    prototypes : Tensor [C, D] or None
        :math:`z^*`, taken as they are; with None the loss is SupCon with a temperature per class.
    known_prototypes : Tensor [C] of bool or None
        Which prototypes take part; None is all of them.
    positive_set : str
        "own_prototype" (default): beside :math:`P(i)` the prototype of the anchor's class is a
        positive, as the divisor says. "all_prototypes": all of them are, as if the printed c stood
        for every class; this pulls an anchor to the other classes as well. Divided by the number
        of positives.
    denominator_temperature : str
        "anchor" (printed, default), or "pair": a candidate of another class has the temperature of
        its own class, so that a class of low temperature also repels more strongly.
    temperature_gradient : str
        "autograd" (default), the derivative above, or "printed",
        :math:`\frac{1}{|P|} \sum_p (1 - s_{ip}) / \tau^2` with the same positives: never negative,
        so descent lowers every temperature to its bound. The value and the gradient of the
        embeddings are the same in both.
    reduction : str
        "mean" over all N anchors, "sum" or "none".

    Differences from the paper
    --------------------------
    The class in the printed set of positives is taken for its prototype. The text prints the
    gradient of the temperature without saying what :math:`s_{i,p}` is, and its sentence that
    similar negatives lower the temperature is the opposite of descent on the loss. It prints the
    loss of one anchor; here the mean over the anchors of the batch is taken.

    Edge cases
    ----------
    With a prototype of its class every anchor has a positive. Without, an anchor alone in its
    class has loss zero and still counts in the mean, as in `sup_con`. A prototype that is not
    known is neither a positive nor a candidate. An embedding of zeros has cosine zero with
    everything and receives no gradient.

    References
    ----------
    Balanced and Discriminative Contrastive Learning for Class-Imbalanced Medical Images (2024).
    ICASSP.
    """
    checks.choice("bdcl", "positive_set", positive_set, ("own_prototype", "all_prototypes"))
    checks.choice("bdcl", "denominator_temperature", denominator_temperature, ("anchor", "pair"))
    checks.choice("bdcl", "temperature_gradient", temperature_gradient, ("autograd", "printed"))
    rows = scaled(checks.numbers("bdcl", "embeddings", embeddings, "N, D"))
    tau, stars, classes = of_classes(rows, temperatures, prototypes)
    labels = checks.labels("bdcl", labels, rows, classes)
    columns = torch.cat([labels, torch.arange(len(stars), device=rows.device)])
    allowed = _candidates(rows, stars, known_prototypes)
    positive = labels[:, None] == columns
    if positive_set == "all_prototypes":
        positive[:, len(rows) :] = True
    positive &= allowed
    count = positive.sum(1).clamp_min(1)
    # s: of every row with every other row and every z*
    similarity = products(rows, torch.cat([rows, stars]))
    tau_used = tau.detach() if temperature_gradient == "printed" else tau
    tau_anchor = _expanded(tau_used, labels)
    own = denominator_temperature == "anchor"
    exponents = similarity / (tau_anchor[:, None] if own else _expanded(tau_used, columns))
    # A finite number, since an anchor may have no candidate at all.
    candidates = exponents.masked_fill(~allowed, torch.finfo(rows.dtype).min)
    terms = candidates.logsumexp(1, keepdim=True) - exponents
    each = terms.masked_fill(~positive, 0).sum(1) / count
    if temperature_gradient == "printed":
        slope = ((1 - similarity.detach()) * positive).sum(1) / count / tau_anchor**2
        # Adds nothing but this gradient.
        each = each + slope * (_expanded(tau, labels) - tau_anchor)
    return reduced("bdcl", each, reduction)


def _candidates(
    rows: torch.Tensor, stars: torch.Tensor, known: torch.Tensor | None
) -> torch.Tensor:
    """Return with which rows and prototypes [N, N + C] every anchor is compared."""
    allowed = torch.ones(len(rows), len(rows) + len(stars), dtype=torch.bool, device=rows.device)
    allowed[:, : len(rows)].fill_diagonal_(False)
    if known is not None:
        allowed[:, len(rows) :] &= known.to(rows.device)
    return allowed


def _expanded(tau: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    return tau[classes] if tau.ndim else tau.expand(len(classes))


HARD_EXAMPLES = ("nearest_prototype", "auxiliary_head", "similarity", "every")
ON_THE_SPHERE = ("normalised_detached", "raw_detached")


class BDCL(PixelsOrImages):
    """The loss with temperatures that are learned and prototypes that follow hard examples.

    The prototype of a class begins as the mean of its embeddings in the first batch that has any;
    until then the class has none. After that it moves towards the mean of those embeddings that
    are hard, and stays where there are none. It moves after the loss of a training step has been
    computed, never in evaluation, and receives no gradient.

    Of label maps, pixels are drawn with torch's generator, anew at every step.

    Parameters
    ----------
    temperature : float
        Where every temperature starts, or what it stays at; 0.1 (the paper prints no value).
    temperature_learning : bool
        Learn a temperature per class; without it all classes share the constant one.
    hard_prototypes : bool
        Compare with prototypes; without them and without learned temperatures this is SupCon.
    temperature_bounds : str
        "clamped" (default): kept between `lowest` and `highest` after every step. "exponential":
        its logarithm is learned, without bounds.
    lowest, highest : float
        The bounds, 0.03 and 0.5; the paper prints none.
    direction_of_temperature : str
        "descent" (default), or "ascent", which does what the paper's sentence says: similar
        negatives lower the temperature.
    temperature_gradient, denominator_temperature, positive_set : str
        As in the function.
    momentum : float
        :math:`m`, the weight of the new mean, as printed; 0.1 (no value is printed). The customary
        0.9 on the old value is the same; 0.99 there is 0.01 here.
    hard_examples : str
        Which embeddings are hard. "nearest_prototype": those nearest to the prototype of another
        class. "auxiliary_head": those that a linear classifier gets wrong, which is trained beside
        the loss without a gradient to the network. "similarity": those less similar to their
        prototype than the mean of their class in the batch. "every": all of them, which makes it
        the mean of the class that the paper says it does not take.
    prototype_on_the_sphere : str
        "normalised_detached" (default): scaled to length one after every move; "raw_detached": a
        shorter one, of a class that spreads, pulls and pushes less.
    segmentation_pairs, pixels_per_class, compared : optional
        Which pixels of label maps: "sampled_per_class" (default), as many of every class, or
        "sampled_at_random"; at most so many per class, 256; those "within_each_image" (default)
        with each other, or "across_the_batch".
    """

    function = staticmethod(bdcl)

    def __init__(
        self,
        context: Context,
        *,
        temperature: float = 0.1,
        temperature_learning: bool = True,
        hard_prototypes: bool = True,
        temperature_bounds: str = "clamped",
        lowest: float = 0.03,
        highest: float = 0.5,
        direction_of_temperature: str = "descent",
        temperature_gradient: str = "autograd",
        denominator_temperature: str = "anchor",
        positive_set: str = "own_prototype",
        momentum: float = 0.1,
        hard_examples: str = "nearest_prototype",
        prototype_on_the_sphere: str = "normalised_detached",
        segmentation_pairs: str = "sampled_per_class",
        pixels_per_class: int = 256,
        compared: str = "within_each_image",
    ):
        super().__init__(context, segmentation_pairs, pixels_per_class, compared)
        for name, given, known in (
            ("temperature_bounds", temperature_bounds, ("clamped", "exponential")),
            ("direction_of_temperature", direction_of_temperature, ("descent", "ascent")),
            ("hard_examples", hard_examples, HARD_EXAMPLES),
            ("prototype_on_the_sphere", prototype_on_the_sphere, ON_THE_SPHERE),
        ):
            checks.choice("bdcl", name, given, known)
        checks.parameter("bdcl", "momentum", momentum, above=0, most=1)
        checks.parameter("bdcl", "temperature", temperature, above=0)
        self.temperature, self.lowest, self.highest = temperature, lowest, highest
        self.readings: dict[str, Any] = {
            "temperature_gradient": temperature_gradient,
            "denominator_temperature": denominator_temperature,
            "positive_set": positive_set,
        }
        if temperature_learning:
            learned = torch.full((context.classes,), float(temperature))
            if temperature_bounds == "exponential":
                self.log_temperatures = nn.Parameter(learned.log())
            else:
                checks.parameter("bdcl", "lowest", lowest, above=0, most=temperature)
                checks.parameter("bdcl", "highest", highest, least=temperature)
                self.temperatures = nn.Parameter(learned)
            climbs = direction_of_temperature == "ascent"
            self.ascent = tuple(name for name, _ in self.named_parameters()) if climbs else ()
        if hard_prototypes:
            self.prototypes = HardPrototypes(
                context.classes,
                context.embedding_size,
                hard_examples=hard_examples,
                momentum=momentum,
                unit=prototype_on_the_sphere == "normalised_detached",
            )
        self.penalties = Penalties(context.classes)

    def temperatures_now(self) -> float | torch.Tensor:
        """Return the temperature of every class, or the one they share."""
        if hasattr(self, "log_temperatures"):
            return self.log_temperatures.exp()
        return getattr(self, "temperatures", self.temperature)

    def of_rows(self, rows: torch.Tensor, labels: torch.Tensor, views: int) -> torch.Tensor:
        """Return the loss of each row, beside the prototypes as they stand."""
        stars = getattr(self, "prototypes", None)
        given: dict[str, Any] = {"temperatures": self.temperatures_now()}
        if stars is not None:
            self.of_own_size(rows)
            given |= {"prototypes": stars.vectors, "known_prototypes": stars.seen}
        if self.training:
            self.penalties.add(rows, labels, **given)
        return bdcl(rows, labels, reduction="none", **given, **self.readings)

    def finish(self, loss: torch.Tensor, rows: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Let the prototypes follow."""
        stars = getattr(self, "prototypes", None)
        if stars is not None and self.training:
            unit = scaled(checks.numbers("bdcl", "embeddings", rows.detach(), "N, D"))
            if stars.hard_examples == "auxiliary_head":
                loss = loss + stars.auxiliary_loss(unit, labels.long())
            stars.move_to_hard(unit, labels.long())
        return loss

    def measured(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return, for the history, the learned temperatures and how negatives press on classes."""
        now = self.temperatures_now()
        found = self.penalties.taken()
        if isinstance(now, torch.Tensor):
            found |= {f"temperature_class_{c}": value for c, value in enumerate(now.detach())}
        return found

    def after_step(self) -> None:
        """Keep the temperatures within their bounds."""
        if hasattr(self, "temperatures"):
            with torch.no_grad():
                self.temperatures.clamp_(self.lowest, self.highest)
