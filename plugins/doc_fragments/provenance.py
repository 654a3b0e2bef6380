# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options that check the origin of a build."""

from __future__ import annotations


class ModuleDocFragment:
    """Whether to verify the attestation of a build before a host gets it, and the origin that it must name."""

    DOCUMENTATION = r"""
options:
  verify_provenance:
    description:
      - Whether to verify the origin of a build before the host gets it, which O(provenance) describes. The attestation
        of the archive is found by its digest and verified on the controller, with sigstore-python, which must be
        installed there, in check mode too. A build that is already at O(path) is not verified.
      - The attestation is read from the file C(NAME.sigstore.json) beside the archive in O(mirror), or beside
        O(archive). Without a mirror, it is requested from GitHub. A V(file://) mirror is read on the controller for
        this.
    type: bool
    default: false
  provenance:
    description:
      - The required origin of a build. Set it for builds that python-build-standalone itself did not make, such as
        those of a fork or in-house builds, and to trust keys from a file.
      - Refused without O(verify_provenance=true), since nothing would be verified.
    type: dict
    suboptions:
      repository:
        description: The address of the repository. Without it, V(https://github.com/astral-sh/python-build-standalone).
        type: str
      workflow:
        description: The workflow's file in the repository, V(@), and the ref that it ran for. Without it,
          V(.github/workflows/release.yml@refs/heads/main).
        type: str
      issuer:
        description: The issuer that vouches for the workflow's identity. Without it,
          V(https://token.actions.githubusercontent.com).
        type: str
      trusted_root:
        description: A file on the controller with the keys of a Sigstore instance, as C(gh attestation trusted-root)
          writes it. Without it, those of the public instance that sigstore-python brings or has in its cache.
        type: path
"""
