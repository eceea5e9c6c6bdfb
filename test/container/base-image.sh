#!/usr/bin/env bash
# Makes an image that stands in for node:24-slim where no image registry is in
# reach: a minimal Debian, the Node of the devDependency "node", npm and a user
# "node". Prints the image's name. Makes it once for every set of versions.
# Needs root, buildah and debootstrap, and in BUILDAH the command to call.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly suite=bookworm npm_version=11
node=$(node_modules/.bin/node -p process.execPath)
version=$("$node" -p process.versions.node)
readonly node version
readonly image="localhost/arena-node:$version-$suite-npm$npm_version"

main() {
  if ! $BUILDAH images -q "$image" >/dev/null 2>&1; then make_image >&2; fi
  echo "$image"
}

make_image() {
  local container root
  container=$($BUILDAH from scratch)
  trap "$BUILDAH rm $container >/dev/null" EXIT
  root=$($BUILDAH mount "$container")

  # A mount namespace of its own: what debootstrap mounts goes away with it.
  unshare --mount debootstrap --variant=minbase "$suite" "$root" $(mirror)
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \
    "$root"/usr/share/{doc,man,locale,info}/*

  install -m 755 "$node" "$root/usr/local/bin/node"
  npm install --global --no-audit --no-fund --prefix "$root/usr/local" "npm@$npm_version"
  chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash node

  $BUILDAH config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --env NODE_VERSION="$version" --cmd node "$container"
  $BUILDAH commit --quiet --format docker "$container" "$image"
}

# Where this machine gets Debian's packages from; without one, debootstrap's own choice.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" 'Component: main' | head -n 1
}

main
