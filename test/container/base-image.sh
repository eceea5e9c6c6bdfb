#!/usr/bin/env bash
# Makes an image that stands in for node:24-slim where no image registry is in
# reach: a minimal Debian, the Node of the devDependency "node", npm and a user
# "node". Makes it once for every set of versions, and prints its name.
# Needs root, buildah and debootstrap; BUILDAH is the command to call.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly suite=bookworm npm_version=11
node=$(node_modules/.bin/node -p process.execPath)
version=$("$node" -p process.versions.node)
recipe=$(sha256sum test/container/base-image.sh | head -c 8)
image=localhost/arena-node:$version-$suite-npm$npm_version-$recipe
readonly node version recipe image

main() {
  if ! $BUILDAH images --quiet "$image" >&2; then make_image >&2; fi
  echo "$image"
}

make_image() {
  local root
  container=$($BUILDAH from scratch)
  trap '$BUILDAH rm "$container" >&2' EXIT
  root=$($BUILDAH mount "$container")

  # In a mount namespace of its own: what debootstrap mounts goes away with it.
  # shellcheck disable=SC2046 # No word when this machine names no mirror.
  unshare --mount debootstrap --variant=minbase "$suite" "$root" $(mirror)
  rm -rf "$root"/var/{cache/apt,lib/apt/lists,log}/* "$root"/usr/share/{doc,info,locale,man}/*

  install -m 755 "$node" "$root/usr/local/bin/node"
  npm install --global --no-audit --no-fund --prefix "$root/usr/local" "npm@$npm_version"
  chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash node

  $BUILDAH config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --cmd node "$container"
  $BUILDAH commit --quiet --format docker "$container" "$image"
}

# Where this machine gets Debian's packages from; otherwise debootstrap knows a place.
mirror() {
  # shellcheck disable=SC2016 # apt-get fills it in.
  apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" 'Created-By: Packages' |
    sed -n 1p
}

main
