"""The names of data sets in words: the one place that turns `lesions?size=28` into a phrase."""

from reproduce.data import names
from reproduce.data.entries import entries

# Where the head of the catalog's title is no name that a sentence can use.
SHORT = {
    "digits": "scikit-learn's digits",
    "mnist_writers": "QMNIST's writers",
    "imagenet": "ImageNet",
    "thyroid_ultrasound": "thyroid ultrasound",
    "hyper_kvasir": "Hyper-Kvasir",
    "isic2019": "ISIC2019",
    "warts_photographs": "the photographs of warts, corns and skin",
    "warts_corns": "generated warts and corns",
    "dermoscopy": "generated dermoscopy",
    "ham10000_warts": "three diagnoses of HAM10000",
    "busi_masks": "BUSI's masks",
    "ham10000_masks": "HAM10000's masks",
}


def in_words(name: str) -> str:
    """Return a data set's name as a sentence says it: "generated lesions, 28 px"."""
    if not name:
        return ""
    parsed = names.parse(name)
    said = [_base(parsed), *_options(parsed)]
    return ", ".join(filter(None, said))


def _base(parsed: names.Name) -> str:
    if parsed.path is not None:
        return f"{parsed.base} {parsed.path.name}"
    if parsed.base in SHORT:
        return SHORT[parsed.base]
    entry = entries().get(parsed.base)
    if entry is None:
        return parsed.base.replace("_", " ")
    if entry.kind == "generated":
        return f"generated {parsed.base.replace('_', ' ')}"
    return entry.title.partition(",")[0].partition(" (")[0]


def _options(parsed: names.Name) -> list[str]:
    """Return the options that tell one data set from another; the large test part does not."""
    given = parsed.options
    said = [f"{given['size']} px"] if "size" in given else []
    said += [given["difficulty"]] if "difficulty" in given else []
    if "share" in given:
        said.append(f"{100 * float(given['share']):g} % {given.get('rare', 'rare')}".strip())
    told = ("size", "difficulty", "share", "rare", "balanced")
    # All images, divided anew by each repeat, is what a set without another word is; a second test
    # beside them has its own name where it is spoken of.
    plain = {("split", "all"), ("split", "all_beside_challenge")}
    rest = {key: value for key, value in given.items()
            if key not in told and (key, value) not in plain}  # fmt: skip
    return said + [f"{key} {value}".replace("_", " ") for key, value in rest.items()]
