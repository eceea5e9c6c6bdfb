#!/usr/bin/env bash
# Builds docker/Dockerfile and examines the container, with buildah, so that no
# Docker engine is needed. Ends with "N passed, M failed". See README.md beside this.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly cache=$PWD/.cache/container
readonly image=localhost/arena-model-server
export STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
export BUILDAH_ISOLATION=chroot
export BUILDAH="buildah --root $cache/$STORAGE_DRIVER --runroot $cache/run-$STORAGE_DRIVER"

main() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  trap report_failure EXIT
  step "buildah and debootstrap are installed" install_tools
  # shellcheck disable=SC2086 # A command and its options.
  step "nothing is left of an earlier run" $BUILDAH rm --all
  step "the npm packages are installed" install_packages
  step "the base image is made" make_base
  step "the image is built" build_image
  trap - EXIT
  echo "# the image has $(size_of "$image"), of which the base image $(size_of "$base")"
  node_modules/.bin/node test/container/checks.ts "$image"
}

install_tools() {
  if command -v buildah && command -v debootstrap; then return; fi
  apt-get update || true # One dead source among many keeps no package away.
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    buildah debootstrap debian-archive-keyring gpgv
}

install_packages() {
  [[ -x node_modules/.bin/node ]] || npm ci
}

make_base() {
  base=$(test/container/base-image.sh)
}

build_image() {
  local mounts=() old
  old=$($BUILDAH images --quiet "$image" 2>/dev/null || true)
  npm_settings >"$cache/npmrc"
  mounts+=(--volume "$cache/npmrc:/usr/local/etc/npmrc:ro")
  if [[ -f $authorities ]]; then mounts+=(--volume "$authorities:/run/authorities.crt:ro"); fi

  $BUILDAH build --format docker --file docker/Dockerfile --tag "$image" \
    --build-arg "NODE_IMAGE=$base" "${mounts[@]}" .
  if [[ $old && $old != "$($BUILDAH images --quiet "$image")" ]]; then $BUILDAH rmi "$old"; fi
}

size_of() {
  $BUILDAH images --format '{{.Size}}' "$1"
}

# Where this machine gets npm's packages from, and whom it trusts: for the build only.
readonly authorities=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
npm_settings() {
  echo "registry=$(npm config get registry)"
  echo "update-notifier=false"
  if [[ -f $authorities ]]; then echo "cafile=/run/authorities.crt"; fi
}

# Runs a command whose output matters only when it fails.
step() {
  local started=$SECONDS
  title=$1
  shift
  "$@" >"$cache/step.log" 2>&1
  echo "# $title ($((SECONDS - started)) s)"
}

report_failure() {
  tail -n 50 "$cache/step.log" >&2
  printf 'not ok %s\n0 passed, 1 failed\n' "$title"
}

main
