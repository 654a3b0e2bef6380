# Copyright (c) 2026, the standalone.python authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An install spec: everything that one task requests of one host, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._builds.build import Asset, Build
from .._builds.request import BuildRequest, RequestedName
from .._builds.target import Target
from .._errors import InvalidName, StoreError
from .._http.options import UrlOptions, require_count
from .._os.attributes import checked_capabilities
from .._os.paths import checked_path
from .._os.target_root import TargetRoot
from .._platform.host import HOST_PLATFORM, HostPlatform
from .._store.receipt import Receipt, Settings
from .._store.store import default_store


class InstallSpec(NamedTuple):
    """What one task requests. `request` is None when `asset` alone determines the build, and when the state is
    `absent`.

    `path` and `store` are as `system` will see them. `asset` is None until an index was read. `archive` is a file on
    the host that contains the asset, and `archive_sha256` its digest if the controller packed it again. `delivery` says
    how it arrives if there is none yet. `spans_minors` is whether builds of several minor versions match the name, and
    `is_exact` whether only one build does. `platform` is that of `system`, None when unknown. `leaving` is why a
    rollback leaves the build at the path; None for any other task.
    """

    state: str
    path: str
    store: str
    settings: Settings
    url: UrlOptions
    request: BuildRequest | None = None
    asset: Asset | None = None
    archive: str | None = None
    archive_sha256: str | None = None
    delivery: str = "pull"
    mirrors: tuple[str, ...] = ()
    keep: int = 1
    compile_bytecode: bool = True
    verify: str = "quick"
    health_imports: tuple[str, ...] = ()
    adopt: bool = False
    provisional: bool = False
    allow_minor_change: bool = False
    spans_minors: bool = False
    is_exact: bool = False
    platform: HostPlatform | None = None
    leaving: str | None = None
    system: TargetRoot = TargetRoot()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> InstallSpec:
        """The spec in a module's validated parameters. Raises `InvalidName` or `StoreError` for invalid ones."""
        path = checked_path(params["path"], "path")
        store = checked_path(params["store"], "store") if params["store"] else default_store(path)
        _require_apart(path, store)
        asset = Asset.from_dict(params["asset"], where="asset", error=InvalidName) if params["asset"] else None
        require_count(params["keep"], "keep", "builds")
        if params["provisional"] and params["root"]:
            raise InvalidName(
                "provisional is true, but nothing runs in a root that could show whether the build works. Leave out "
                "one of them."
            )
        for option in ("owner", "group"):
            if params[option] is not None and not params[option].strip():
                raise InvalidName(f"{option} is empty. Give a name or a number, or leave it out.")
        for module in params["health_imports"]:
            if not module.isprintable():
                raise InvalidName(
                    f"health_imports has {module!r}, which no module can be called. Correct or leave it out."
                )
        request = _request_in(params) if params["name"] and params["state"] != "absent" else None
        return cls(
            state=params["state"],
            path=path,
            store=store,
            settings=Settings(
                path,
                params["externally_managed"],
                params["owner"],
                params["group"],
                None if params.get("capabilities") is None else checked_capabilities(params["capabilities"]),
            ),
            url=UrlOptions.from_params(params),
            request=request,
            asset=asset,
            archive=params["archive"],
            archive_sha256=params["checksum"],
            delivery=params["delivery"],
            mirrors=tuple(params["mirror"] or ()),
            keep=params["keep"],
            compile_bytecode=params["compile_bytecode"],
            verify=params["verify"],
            health_imports=tuple(params["health_imports"]),
            adopt=params["adopt"],
            provisional=params["provisional"],
            allow_minor_change=params["allow_minor_change"],
            spans_minors=request is not None and request.name.only_minor is None,
            is_exact=request.name.is_exact if request else asset is not None,
            platform=HostPlatform.from_dict(params[HOST_PLATFORM]) if params.get(HOST_PLATFORM) else None,
            system=TargetRoot.of(params["root"]),
        )

    @property
    def place(self) -> str:
        """The path as this process sees it; `path` itself in the running system."""
        return self.system.place_of(self.path)

    def why_not(self, build: Build) -> str | None:
        """Why the system cannot run a build; None when no reason is known."""
        return self.platform.why_not(build) if self.platform else None

    def keeping_capabilities(self, installed: Receipt | None) -> InstallSpec:
        """The spec, with the capabilities of the installed build where it requests neither some nor none.

        Without a build these are none, even if the store has a build with some.
        """
        if self.settings.capabilities is not None:
            return self
        kept = (installed and installed.settings.capabilities) or ()
        return self._replace(settings=self.settings._replace(capabilities=kept))

    def again(self, installed: Asset) -> Asset:
        """What to fetch to replace a drifted build: the same build, from the spec's address if the spec has one.

        A different asset in the spec is what an index offers; it may be older than the installed one.
        """
        same = self.asset if self.asset and self.asset.is_same_as(installed) else None
        return same or installed

    def digest_of_archive(self, asset: Asset) -> str:
        """The digest of the file `archive` when it contains `asset`; a repacked one contains the spec's asset only."""
        is_own = self.asset is not None and self.asset.sha256 == asset.sha256
        return self.archive_sha256 if is_own and self.archive_sha256 else asset.sha256


def _request_in(params: Mapping[str, Any]) -> BuildRequest:
    return BuildRequest(
        name=RequestedName.parse(params["name"]),
        flavor=params["flavor"],
        build_options=params["build_options"],
        target=str(Target.parse(params["target"])) if params["target"] else None,
        cpu_level=params["cpu_level"],
        prerelease=params["prerelease"],
    )


def _require_apart(path: str, store: str) -> None:
    if f"{store}/".startswith(f"{path}/") or path.startswith(f"{store}/"):
        usual = default_store(path)
        advice = (
            f"put the store beside it, as in {usual}, or anywhere else" if usual != store else "choose another path"
        )
        raise StoreError(
            f"path is {path} and store is {store}: one is inside the other. The path becomes a link to a build in the "
            f"store, so {advice}."
        )
