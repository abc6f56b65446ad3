# Sourced: the pins (an environment variable of the same name wins) and where the programs built from them lie.
while IFS='=' read -r name version; do
  case $name in '' | '#'*) continue ;; esac
  [ -n "${!name:-}" ] || export "$name=$version"
done <"$(dirname "${BASH_SOURCE[0]}")/versions.env"
KUBE_CACHE=${WINDLASS_CACHE:-$HOME/.cache/windlass}/kube
KUBE_BIN=$KUBE_CACHE/$KUBERNETES/bin
