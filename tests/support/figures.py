"""Figures as the pages write them."""


def percent(share: float, digits: int) -> str:
    """A share from 0 to 1."""
    return f"{100 * share:.{digits}f} %"
