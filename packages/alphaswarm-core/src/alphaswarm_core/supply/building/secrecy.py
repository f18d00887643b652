"""What must not be seen in a build's log: a step of a Dockerfile may print the secret that it was given."""

from alphaswarm_core.supply.building.orders import BuildOrder, RegistryAccess

_SHORTEST = 12


def telling_words(order: BuildOrder, access: RegistryAccess | None) -> list[str]:
    """The words of the order's secrets and of the login, and passwords in addresses; the longest first."""
    words = {word for secret in order.secrets.values() for word in secret.split()}
    words |= {word.partition("://")[2].partition("@")[0].partition(":")[2] for word in words if "://" in word}
    words |= {access.password} if access else set()
    return sorted((word for word in words if len(word) >= _SHORTEST), key=len, reverse=True)
