# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options that pin archives."""

from __future__ import annotations


# Each variant is one text, which is all that `ansible-test sanity` reads.
class ModuleDocFragment:
    """The asset that the lookup `release` returns, as an option; in another variant, a list of assets."""

    DOCUMENTATION = r"""
options:
  asset:
    description:
      - A pinned asset, as returned by P(standalone.python.release#lookup). No index is read then, and only this asset
        is accepted. Mutually exclusive with O(name).
      - The receipt of the build omits a login and a query in its address. If the server needs these, a repair needs the
        asset again.
    type: dict
    suboptions:
      name:
        description: The asset's file name without C(.tar.gz) or C(.tar.zst).
        type: str
        required: true
      version:
        description: The version of Python.
        type: str
        required: true
      release:
        description: The release tag.
        type: str
        required: true
      target:
        description: The triple.
        type: str
        required: true
      flavor:
        description: The form of the build.
        type: str
        required: true
      build_options:
        description: The build options.
        type: str
        default: ''
      url:
        description: The address of the archive. O(mirror) is applied to it.
        type: str
        required: true
      sha256:
        description: The digest of the archive.
        type: str
        required: true
      prerelease:
        description: Whether the version is a pre-release.
        type: bool
      prepared:
        description:
          - A prepared copy beside the archive, in an index of a mirror that has some. Hosts use it if they can.
        type: dict
        suboptions:
          sha256:
            description: The digest of the copy.
            type: str
            required: true
          members_sha256:
            description: The digest of the members of the archive, which those of the copy must have.
            type: str
            required: true
"""

    ASSETS = r"""
options:
  assets:
    description:
      - Pinned assets to hold beside O(builds), as returned by P(standalone.python.release#lookup). No index is read for
        them.
    type: list
    elements: dict
    suboptions:
      name:
        description: The asset's file name without C(.tar.gz) or C(.tar.zst).
        type: str
        required: true
      version:
        description: The version of Python.
        type: str
        required: true
      release:
        description: The release tag.
        type: str
        required: true
      target:
        description: The triple.
        type: str
        required: true
      flavor:
        description: The form of the build.
        type: str
        required: true
      build_options:
        description: The build options.
        type: str
        default: ''
      url:
        description: The address of the archive. O(mirror) is applied to it.
        type: str
        required: true
      sha256:
        description: The digest of the archive.
        type: str
        required: true
      prerelease:
        description: Whether the version is a pre-release.
        type: bool
      prepared:
        description:
          - A prepared copy beside the archive. It is not used here, since a mirror makes its own.
        type: dict
        suboptions:
          sha256:
            description: The digest of the copy.
            type: str
            required: true
          members_sha256:
            description: The digest of the members of the archive, which those of the copy must have.
            type: str
            required: true
"""
