#!/bin/sh
# Copyright (c) 2026, the standalone.python authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# musl_python.sh WORK: builds Debian's source of CPython against musl, with the prefix /install, into WORK/tree.
#
# Little more than a minute of processor time: nothing is optimised, and of the libraries outside of CPython it has
# those that reading an archive and writing it to disk take, zlib and libffi. apt gets its own settings and state,
# so the machine's are as they were.
set -eu
work=$1
cd "$work"

mkdir -p lists/partial archives/partial source include deps
# shellcheck disable=SC2016 # apt-get puts in what is in single quotes
repository=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
echo "deb-src ${repository:?this machine knows no repository of Debian} trixie main" >sources.list
cat >apt.conf <<END
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
END
export APT_CONFIG="$work/apt.conf"
(
    cd source
    apt-get --quiet=2 update
    apt-get --quiet=2 source --download-only --tar-only python3.13 zlib
    for archive in *.orig.tar.*z; do tar -xf "$archive"; done
)

# musl-gcc is the machine's gcc with other libraries: it looks for no header of the kernel, and names another system.
for headers in linux asm-generic "$(gcc -print-multiarch)/asm"; do ln -s "/usr/include/$headers" include/; done
cat >cc <<END
#!/bin/sh
case "\$*" in
*--print-multiarch*) echo "$(uname -m)-linux-musl" ;;
*) exec musl-gcc -idirafter "$work/include" "\$@" ;;
esac
END
chmod +x cc
export CC="$work/cc"

(
    cd source/zlib-*/
    CFLAGS=-fPIC ./configure --static
    make -j2 libz.a
    cp libz.a zlib.h zconf.h "$work/deps"
)
# Of libffi Debian's own library will do, which asks nothing of glibc that musl has not.
cp "/usr/lib/$(gcc -print-multiarch)/libffi_pic.a" deps/libffi.a
cp "/usr/include/$(gcc -print-multiarch)"/ffi*.h deps/
cd source/Python-*/
PKG_CONFIG=false ZLIB_CFLAGS="-I$work/deps" ZLIB_LIBS="-L$work/deps -lz" \
    LIBFFI_CFLAGS="-I$work/deps" LIBFFI_LIBS="-L$work/deps -lffi" CFLAGS="-O0 -g0" \
    ./configure --prefix=/install --without-ensurepip --disable-test-modules
make -j2
make install "DESTDIR=$work"
mv "$work/install" "$work/tree"
