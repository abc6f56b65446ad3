# Sourced: a cluster's names, and how its servers are started and awaited. Everything of a cluster lies in $RUN, and its
# network is the network namespace $CLUSTER: two clusters do not see each other.
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"
CLUSTER=${WINDLASS_CLUSTER:-windlass}
RUN=/var/tmp/windlass-kube/$CLUSTER
PKI=$RUN/pki
API_ADDRESS=172.29.0.100 API_PORT=6443            # node N is 172.29.0.N, its pods are 10.244.N.0/24
SERVICES=10.96.0.0/16 API_SERVICE=10.96.0.1 DNS_SERVICE=10.96.0.10
export KUBECONFIG=$RUN/admin.conf PATH=$KUBE_BIN:/usr/sbin:/sbin:$PATH

# Not `ip netns exec`: that mounts a fresh /sys, which hides /sys/fs/cgroup.
inside() { nsenter --net="/run/netns/$CLUSTER" "$@"; }

die() { echo "kube: $*" >&2; exit 1; }

start() { # start NAME command...: in the background, inside; its log and its pid are kept
  local name=$1
  shift
  # no function call here: $! must be the server's own pid
  nsenter --net="/run/netns/$CLUSTER" setsid "$@" >"$RUN/log/$name" 2>&1 </dev/null 8>&- 9>&- &
  echo $! >"$RUN/pid/$name"
}

await() { # await SECONDS WHAT command...: until it succeeds
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || die "$what did not happen in time; logs are in $RUN/log. Asked: $*"
    sleep 0.2
  done
}

certificate() { # certificate FILE CN O clientAuth|serverAuth [SAN]
  local file=$PKI/$1 subject="/CN=$2"
  [ -z "$3" ] || subject="/O=$3/CN=$2"
  [ ! -s "$file.crt" ] || return 0
  openssl ecparam -name prime256v1 -genkey -noout -out "$file.key"
  openssl req -new -key "$file.key" -subj "$subject" | openssl x509 -req -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" \
    -CAcreateserial -days 30 -out "$file.crt" -extfile <(
      echo "keyUsage=critical,digitalSignature"
      echo "extendedKeyUsage=$4"
      [ -z "${5:-}" ] || echo "subjectAltName=$5"
    ) 2>/dev/null
}

kubeconfig() { # kubeconfig OUT CERTIFICATE
  cat >"$1" <<K
apiVersion: v1
kind: Config
clusters: [{name: $CLUSTER, cluster: {server: "https://$API_ADDRESS:$API_PORT", certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")}}]
users: [{name: $2, user: {client-certificate-data: $(base64 -w0 "$PKI/$2.crt"), client-key-data: $(base64 -w0 "$PKI/$2.key")}}]
contexts: [{name: $CLUSTER, context: {cluster: $CLUSTER, user: $2}}]
current-context: $CLUSTER
K
}

# What real nodes need of this machine; says all that is missing at once.
require_machine() {
  local lacks= tool package
  [ "$(uname -s)" = Linux ] || die "real nodes need Linux, this is $(uname -s)"
  [ "$(id -u)" = 0 ] || lacks="$lacks
  root: network namespaces, mounts and cgroups (run it as root)"
  while read -r tool package; do
    command -v "$tool" >/dev/null 2>&1 || [ -x "/usr/lib/cni/$tool" ] || lacks="$lacks
  $tool (Debian: apt-get install --no-install-recommends $package)"
  done <<T
containerd containerd
runc runc
host-local containernetworking-plugins
iptables iptables
conntrack conntrack
ip iproute2
nsenter util-linux
openssl openssl
python3 python3
mmdebstrap mmdebstrap
T
  [ -z "$lacks" ] || die "this machine cannot run real nodes; it lacks:$lacks"
}
