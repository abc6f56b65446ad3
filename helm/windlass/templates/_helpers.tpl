{{- define "windlass.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40: names of pods and their Services stay below 63. */}}
{{- define "windlass.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "windlass.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "windlass.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of one component: {root, component}. */}}
{{- define "windlass.selector" -}}
app.kubernetes.io/name: {{ include "windlass.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "windlass.labels" -}}
{{ include "windlass.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: windlass
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* {root, component, name, namespaced, annotations, labels} */}}
{{- define "windlass.metadata" -}}
name: {{ .name }}
{{- if ne (toString .namespaced) "false" }}
namespace: {{ .root.Release.Namespace }}
{{- end }}
labels:
  {{- $labels := merge (dict) (default (dict) .labels) (include "windlass.labels" . | fromYaml) }}
  {{- toYaml $labels | nindent 2 }}
{{- with merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "windlass.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* {root, component, values} */}}
{{- define "windlass.serviceAccountName" -}}
{{- default (printf "%s-%s" (include "windlass.fullname" .root) .component) .values.serviceAccount.name -}}
{{- end -}}

{{/* Host and port of one of our Services: {root, service, port} */}}
{{- define "windlass.address" -}}
{{ include "windlass.fullname" .root }}-{{ .service }}.{{ .root.Release.Namespace }}.svc:{{ .port }}
{{- end -}}

{{- define "windlass.mirror" -}}
{{- if and .Values.log.enabled .Values.mirror.enabled }}true{{ end -}}
{{- end -}}

{{/* What a schema cannot say, in words that a person can act on. */}}
{{- define "windlass.validate" -}}
{{- $v := .Values -}}
{{- if and $v.log.enabled (gt (int $v.witness.quorum) (int $v.witness.replicas)) -}}
{{- fail (printf "witness.quorum is %d and witness.replicas is %d: a checkpoint would never be published; lower the quorum or add witnesses" (int $v.witness.quorum) (int $v.witness.replicas)) -}}
{{- end -}}
{{- if and (gt (int $v.operator.replicas) 1) (not $v.operator.leaderElection) -}}
{{- fail (printf "operator.replicas is %d and operator.leaderElection is false: two operators would act at one time; set operator.leaderElection=true" (int $v.operator.replicas)) -}}
{{- end -}}
{{- if and $v.log.postgres.url (not $v.log.postgres.existingSecret) -}}
{{- fail "log.postgres.url is set and log.postgres.existingSecret is not: name a Secret with username and password" -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled is true and httpRoute.parentRefs is empty: name a Gateway, such as httpRoute.parentRefs[0].name=public" -}}
{{- end -}}
{{- if and $v.metrics.podMonitor.enabled $v.metrics.serviceMonitor.enabled -}}
{{- fail "metrics.podMonitor.enabled and metrics.serviceMonitor.enabled are both true: every sample would be there twice; use one of the two" -}}
{{- end -}}
{{- if le (int $v.head.terminationGracePeriodSeconds) (int $v.head.preStopSeconds) -}}
{{- fail (printf "head.terminationGracePeriodSeconds is %d and head.preStopSeconds is %d: a head would be killed before it begins to end; give at least 50 s more" (int $v.head.terminationGracePeriodSeconds) (int $v.head.preStopSeconds)) -}}
{{- end -}}
{{- range $c := list "head" "witness" -}}
{{- $h := get (get $v $c) "hardware" -}}
{{- if $h.enabled -}}
{{- $milli := include "windlass.milli" $h.profile.cpu.vcpu | int64 -}}
{{- if ne (mod $milli 500) 0 -}}
{{- fail (printf "%s.hardware.profile.cpu.vcpu is %v, expected steps of 500m" $c $h.profile.cpu.vcpu) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
