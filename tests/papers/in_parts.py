"""What a registered plan holds after its first steps."""


def of_steps(study, steps: int) -> set[str]:
    """Return the keys of the trials in the first so many steps of a study's registered plan."""
    return set().union(*list(study.registered.keys.values())[:steps])
