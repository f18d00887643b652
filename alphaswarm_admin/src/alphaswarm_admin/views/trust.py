"""The matrix in rows that people can read, and a decision in steps."""

from collections.abc import Mapping, Sequence

from alphaswarm_admin.contract import trust as contract
from alphaswarm_core.identity.iam import OFFERED_CLAIMS, Decision
from alphaswarm_core.identity.trust import Cell, Matrix, Role, role_arn
from alphaswarm_core.settings import Settings


def trust_matrix(found: Matrix, why_declared: str | None, settings: Settings, at: str) -> contract.TrustMatrix:
    """Rows of what gets in or should; the rest in numbers."""
    live = why_declared is None
    shown = [cell for cell in found.cells if cell.admitted or cell.differs]
    return contract.TrustMatrix(
        source=contract.PolicySource.LIVE if live else contract.PolicySource.DECLARED,
        holds=found.holds if live else None,
        rows=[_row(cells, settings, live=live) for cells in _grouped(shown)],
        decided=len(found.cells),
        refused=sum(1 for cell in found.cells if not cell.admitted),
        why_declared_only=why_declared,
        as_of=at,
    )


def explanation(
    settings: Settings, environment: str, role: Role, decided: Sequence[tuple[Mapping[str, str], Decision]]
) -> contract.TrustExplanation:
    """The walk through the decision on each token."""
    nearest = next((each for _, each in decided if each.allowed), decided[0][1])
    return contract.TrustExplanation(
        environment=environment,
        role=role,
        role_arn=role_arn(settings, environment, role),
        admitted=nearest.allowed,
        reason=nearest.reason,
        tokens=[_token(claims, decision) for claims, decision in decided],
    )


def _grouped(cells: Sequence[Cell]) -> list[list[Cell]]:
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        key = (cell.environment, cell.role, cell.subject, cell.admitted, cell.differs)
        groups.setdefault(key, []).append(cell)
    return sorted(groups.values(), key=lambda each: not each[0].differs)


def _row(cells: Sequence[Cell], settings: Settings, *, live: bool) -> contract.TrustRow:
    first = cells[0]
    return contract.TrustRow(
        environment=first.environment,
        role=first.role,
        role_arn=role_arn(settings, first.environment, first.role),
        subject=first.subject,
        jobs=len(cells),
        example=first.job,
        admitted=first.admitted if live else None,
        intended=first.intended,
        differs=first.differs,
        reason=first.reason,
    )


def _token(claims: Mapping[str, str], decision: Decision) -> contract.TrustToken:
    return contract.TrustToken(
        claims={name: claims[name] for name in OFFERED_CLAIMS if name in claims},
        admitted=decision.allowed,
        reason=decision.reason,
        statements=[
            contract.TrustStatement(
                statement=each.statement,
                effect=each.effect.value,
                applies=each.applies,
                misses=[str(miss) for miss in each.misses],
            )
            for each in decision.trace
        ],
    )
