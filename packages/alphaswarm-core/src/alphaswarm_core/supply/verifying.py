"""May this image run? Every check with its answer: bytes, signature, signer, SBOMs, provenance, scan.

Referrers are an untrusted list: whoever may push may add one. So a bundle that does not hold, or is not by who may
sign, is set aside with its reason and proves nothing; an image passes when another proves each thing that is needed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from alphaswarm_core.supply.attachments import BrokenReferrer, bundles_of
from alphaswarm_core.supply.bundles import BundleVerifier, RefusedBundleError, SignedStatement
from alphaswarm_core.supply.errors import BrokenImageError, UnverifiedImageError
from alphaswarm_core.supply.identity import SignerIdentity
from alphaswarm_core.supply.images import Image, ImageSource, read_image
from alphaswarm_core.supply.provenance import contradiction
from alphaswarm_core.supply.references import ImageReference, Repository
from alphaswarm_core.supply.rules import Check, SignerRule, signer_checks
from alphaswarm_core.supply.statements import PROVENANCE, SBOMS, SCAN_VERDICT, SIGNATURE
from alphaswarm_core.supply.verdicts import ScanRule, read_verdict, why_unfit

_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRule:
    """What an image has to show.

    Attributes:
        signer: Who may sign.
        scan: What the verdict of its scan has to be.
        commit: The commit that it has to be built from, if one is expected.
    """

    signer: SignerRule
    scan: ScanRule
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A bundle that proves nothing here: `check` refused it."""

    kind: str
    check: str
    why: str


@dataclass(frozen=True, slots=True)
class ImageVerdict:
    """The answer about the image `repository`@`digest`.

    Attributes:
        checks: Every question with its answer, in the order in which they were asked.
        image: The image, if its bytes are what their digests say.
        signer: Whoever made the signature that counts.
        set_aside: Bundles that were there and prove nothing.
        sboms: Those that hold, of all platforms.
        scan: The verdict of the scan that counts.
    """

    repository: Repository
    digest: str
    checks: tuple[Check, ...]
    image: Image | None = None
    signer: SignerIdentity | None = None
    set_aside: tuple[SetAside, ...] = ()
    sboms: tuple[SignedStatement, ...] = field(default=(), repr=False)
    scan: SignedStatement | None = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        """Whether every check did."""
        return self.refused_by is None

    @property
    def refused_by(self) -> Check | None:
        """The first check that says no."""
        return next((each for each in self.checks if not each.passed), None)

    def require(self) -> None:
        """Let pass only an image that passed.

        Raises:
            UnverifiedImageError: a check refused it.
        """
        refused = self.refused_by
        if refused is not None:
            raise UnverifiedImageError(
                f"{self.repository}@{self.digest} is not trusted: the check '{refused.name}' says no",
                why=refused.detail,
                fix=f"Look at all checks: alphaswarm image verify {self.repository}@{self.digest}",
            )


@dataclass(frozen=True, slots=True)
class ImageVerifier:
    """Verifies images of one registry by one trust root.

    Attributes:
        source: Where images are read.
        bundles: The mechanism.
        now: The time.
    """

    source: ImageSource
    bundles: BundleVerifier
    now: Callable[[], datetime]

    def verify(self, repository: Repository, digest: str, rule: ImageRule) -> ImageVerdict:
        """The verdict about one image. Looks at nothing but the registry and the trust root, and changes nothing.

        Raises:
            RegistryUnavailableError: the registry does not answer: nothing is known then.
            RegistryRefusedError: the caller may not read the image.
            ImageMissingError: the registry has no such image.
        """
        try:
            image = read_image(self.source, repository, digest)
            judged = self._judged(image, rule)
        except BrokenImageError as error:
            detail = f"{error.what}: {error.why}" if error.why else error.what
            return ImageVerdict(repository, digest, (Check("bytes", passed=False, detail=detail),))
        checks = [Check("bytes", passed=True, detail=", ".join([digest, *image.platforms])), *judged.signed(digest)]
        checks += [judged.sbom(each.digest, each.platform) for each in image.members]
        checks += [judged.provenance(digest), judged.scan(image, self.now())]
        return ImageVerdict(
            repository,
            digest,
            tuple(checks),
            image,
            judged.signer(digest),
            tuple(judged.set_aside),
            tuple(judged.accepted(*image.digests, kinds=SBOMS)),
            next(iter(judged.newest_scans(digest)), None),
        )

    def _judged(self, image: Image, rule: ImageRule) -> "_Judged":
        judged = _Judged(rule)
        for each in image.digests:
            judged.take(self.beside(image.repository, each), each)
        return judged

    def beside(self, repository: Repository, digest: str) -> Iterator[SignedStatement | SetAside]:
        """Every bundle beside an image: those that hold, by whomever, and those that do not.

        Raises:
            BrokenImageError: there are more than anybody would put there.
            RegistryUnavailableError: the registry does not answer.
        """
        for found in bundles_of(self.source, repository, digest):
            if isinstance(found, BrokenReferrer):
                yield SetAside("bundle", "referrer", f"{found.digest}: {found.why}")
                continue
            try:
                yield self.bundles.verify(found)
            except RefusedBundleError as refused:
                yield SetAside("bundle", refused.check, refused.why)


def verify_all(verifier: ImageVerifier, images: Sequence[tuple[ImageReference, ImageRule]]) -> list[ImageVerdict]:
    """The verdicts about several images, side by side.

    Raises:
        MovedTagError: a tag names another image than the digest beside it.
        AlphaSwarmError: as `ImageVerifier.verify`, for any of them.
    """

    def one(image: tuple[ImageReference, ImageRule]) -> ImageVerdict:
        reference, rule = image
        return verifier.verify(reference.repository, reference.resolved(verifier.source), rule)

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(pool.map(one, images))


class _Judged:
    """The statements by whoever may sign, and what was set aside on the way."""

    def __init__(self, rule: ImageRule) -> None:
        self._rule = rule
        self._accepted: list[SignedStatement] = []
        self._signer_checks: dict[str, list[Check]] = {}
        self.set_aside: list[SetAside] = []

    def take(self, candidates: Iterable[SignedStatement | SetAside], digest: str) -> None:
        """Sort the bundles that refer to `digest`."""
        for each in candidates:
            if isinstance(each, SetAside):
                self.set_aside.append(each)
                continue
            kind = each.statement.predicate_type
            checks = signer_checks(each.signer, self._rule.signer, self._rule.commit)
            refused = next((check for check in checks if not check.passed), None)
            if digest not in each.statement.subjects:
                self.set_aside.append(SetAside(kind, "subject", f"it is about {', '.join(each.statement.subjects)}"))
            elif refused is not None:
                self.set_aside.append(SetAside(kind, refused.name, refused.detail))
            else:
                self._signer_checks.setdefault(kind, checks)
                self._accepted.append(each)

    def accepted(self, *digests: str, kinds: Iterable[str]) -> list[SignedStatement]:
        """The accepted statements of some kinds about one of the digests."""
        wanted = frozenset(kinds)
        return [
            each
            for each in self._accepted
            if each.statement.predicate_type in wanted and set(digests) & set(each.statement.subjects)
        ]

    def signer(self, digest: str) -> SignerIdentity | None:
        """Who signed the image."""
        return next((each.signer for each in self.accepted(digest, kinds=[SIGNATURE])), None)

    def signed(self, digest: str) -> list[Check]:
        """The signature, and each question about its signer."""
        found = self.accepted(digest, kinds=[SIGNATURE])
        if not found:
            return [self._why_unsigned()]
        first = found[0]
        detail = f"logged as entry {first.log_index} at {first.signed_at:%Y-%m-%d %H:%M:%S} UTC"
        return [Check("signature", passed=True, detail=detail), *self._signer_checks[SIGNATURE]]

    def sbom(self, digest: str, platform: str) -> Check:
        """An SBOM of this very member."""
        name, found = f"sbom {platform}".strip(), self.accepted(digest, kinds=SBOMS)
        if not found:
            return Check(name, passed=False, detail=self._why_none(SBOMS, f"no SBOM of {digest}"))
        return Check(name, passed=True, detail=f"{found[0].statement.predicate_type}, {found[0].bundle_digest}")

    def provenance(self, digest: str) -> Check:
        """Provenance whose every word about the build is the certificate's too."""
        found = self.accepted(digest, kinds=[PROVENANCE])
        if not found:
            return Check("provenance", passed=False, detail=self._why_none([PROVENANCE], "no provenance"))
        wrong = [contradiction(each.statement.predicate, each.signer) for each in found]
        if all(wrong):
            return Check("provenance", passed=False, detail=str(wrong[0]))
        return Check("provenance", passed=True, detail=f"built from {found[0].signer.commit}")

    def scan(self, image: Image, now: datetime) -> Check:
        """The newest verdict counts: an older, better one is no excuse."""
        found = self.newest_scans(image.digest)
        if not found:
            return Check("scan", passed=False, detail=self._why_none([SCAN_VERDICT], "no verdict of a scan"))
        try:
            verdict = read_verdict(found[0].statement.predicate)
        except BrokenImageError as error:
            return Check("scan", passed=False, detail=error.what)
        why = why_unfit(verdict, self._rule.scan, [each.digest for each in image.members], now)
        named = ", ".join(f"{name} {version}" for name, version in verdict.scanners.items())
        return Check("scan", passed=why is None, detail=why or f"{verdict.scanned_at:%Y-%m-%d %H:%M} UTC by {named}")

    def newest_scans(self, digest: str) -> list[SignedStatement]:
        """Verdicts about the image, the newest first."""
        found = self.accepted(digest, kinds=[SCAN_VERDICT])
        return sorted(found, key=lambda each: (each.signed_at, each.log_index), reverse=True)

    def _why_unsigned(self) -> Check:
        """The check that refused the signature that is there; 'signature' where there is none at all."""
        for kind in (SIGNATURE, "bundle"):
            for each in self.set_aside:
                if each.kind == kind:
                    return Check(each.check, passed=False, detail=f"a signature was set aside: {each.why}")
        return Check("signature", passed=False, detail="nobody signed the image")

    def _why_none(self, kinds: Iterable[str], otherwise: str) -> str:
        """What was there instead, if something was: it says more than that nothing was."""
        wanted = frozenset([*kinds, "bundle"])
        aside = [f"{each.check}: {each.why}" for each in self.set_aside if each.kind in wanted]
        return "; ".join([otherwise, *dict.fromkeys(aside)][:4])
