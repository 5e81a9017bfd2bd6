# The certificates of one cluster, and kubeconfigs that hold them.
# shellcheck shell=bash

quietly_openssl() { openssl "$@" 2>/dev/null || fail "openssl could not do: $1"; }

authority() {
    quietly_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=sublet-test-cluster \
        -keyout "$certificates/authority.key" -out "$certificates/authority.crt"
    quietly_openssl genrsa -out "$certificates/accounts.key" 2048
    quietly_openssl rsa -in "$certificates/accounts.key" -pubout -out "$certificates/accounts.pub"
}

# certificate NAME SUBJECT [ALTERNATIVE_NAMES]
certificate() {
    local at=$certificates/$1
    quietly_openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$at.key" -out "$at.csr"
    printf '%s\n' "keyUsage=digitalSignature,keyEncipherment" "extendedKeyUsage=serverAuth,clientAuth" \
        ${3:+"subjectAltName=$3"} >"$at.ext"
    quietly_openssl x509 -req -days 365 -in "$at.csr" -CA "$certificates/authority.crt" -CAkey "$certificates/authority.key" \
        -CAcreateserial -extfile "$at.ext" -out "$at.crt"
    rm "$at.csr" "$at.ext"
}

# kubeconfig_of NAME SERVER: what the owner of the certificate needs to talk to the API server.
kubeconfig_of() {
    local at=$certificates/$1
    cat <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: sublet-test, cluster: {server: "$2", certificate-authority-data: $(base64 -w0 "$certificates/authority.crt")}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$at.crt"), client-key-data: $(base64 -w0 "$at.key")}}]
contexts: [{name: sublet-test, context: {cluster: sublet-test, user: $1}}]
current-context: sublet-test
CONFIG
}

# make_certificates FOLDER HOST PORT SIZE
make_certificates() {
    local certificates=$1/certificates server=https://$2:$3 name
    mkdir -p "$certificates"
    authority
    certificate apiserver /CN=kube-apiserver "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,\
DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:10.96.0.1,IP:$2"
    certificate admin /O=system:masters/CN=admin
    for name in kube-controller-manager kube-scheduler kube-proxy; do certificate "$name" "/CN=system:$name"; done
    certificate apiserver-to-kubelet /O=system:masters/CN=kube-apiserver-kubelet-client
    certificate kubelet /O=system:nodes/CN=system:node:node "DNS:node,IP:$2"
    for name in kube-controller-manager kube-scheduler kube-proxy kubelet; do
        kubeconfig_of "$name" "$server" >"$certificates/$name.kubeconfig"
    done
    kubeconfig_of admin "$server" >"$1/kubeconfig"
}
