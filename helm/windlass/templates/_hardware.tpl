{{/*
A HardwareProfile as requests and affinity, the same as operator.plan gives to workers (a test compares the two).
Quantities are read without floating point: every suffix is a power of 1000 or of 1024.
*/}}

{{/* Thousandths of a CPU: "500m", "2", 8 */}}
{{- define "windlass.milli" -}}
{{- $text := toString . -}}
{{- if hasSuffix "m" $text -}}
{{- trimSuffix "m" $text | int64 -}}
{{- else -}}
{{- mul ($text | int64) 1000 -}}
{{- end -}}
{{- end -}}

{{/* Bytes: "500G", "2Gi", 1024 */}}
{{- define "windlass.bytes" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9]+" $text | int64 -}}
{{- $suffix := regexFind "[A-Za-z]*$" $text -}}
{{- $factors := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- mul $number (get $factors $suffix | int64) -}}
{{- end -}}

{{/* {profile, local}: local = the data volume is an emptyDir, so its size is asked of the node */}}
{{- define "windlass.hardware.resources" -}}
{{- $milli := include "windlass.milli" .profile.cpu.vcpu | int64 -}}
{{- $perVcpu := include "windlass.bytes" (default "2Gi" .profile.memoryPerVcpu) | int64 -}}
{{- $memory := div (add (mul $perVcpu $milli) 999) 1000 -}}
{{- $scratch := 2000000000 -}}
{{- if .local -}}
{{- $scratch = add $scratch (include "windlass.bytes" (default "4G" .profile.disk) | int64) -}}
{{- end -}}
{{- range $kind := list "requests" "limits" }}
{{ $kind }}:
  cpu: {{ printf "%dm" $milli | quote }}
  memory: {{ $memory | toString | quote }}
  ephemeral-storage: {{ $scratch | toString | quote }}
{{- end }}
{{- end -}}

{{/* The expressions that a node must meet, as a list. Gt is strict: the value is one less. */}}
{{- define "windlass.hardware.expressions" -}}
- {key: kubernetes.io/os, operator: In, values: [linux]}
{{- with .arch }}
- {key: kubernetes.io/arch, operator: In, values: [{{ . }}]}
{{- end }}
{{- with .cpu.minMHz }}
- {key: windlass.dev/cpu-mhz, operator: Gt, values: [{{ sub (int64 .) 1 | toString | quote }}]}
{{- end }}
{{- with .nvme }}
{{- with .bytes }}
- {key: windlass.dev/nvme-bytes, operator: Gt, values: [{{ sub (include "windlass.bytes" . | int64) 1 | toString | quote }}]}
{{- end }}
{{- with .writeMBps }}
- {key: windlass.dev/nvme-write-mbps, operator: Gt, values: [{{ sub (int64 .) 1 | toString | quote }}]}
{{- end }}
{{- end }}
{{- end -}}

{{/* {values}: the affinity of the values, each required term joined with the hardware's expressions */}}
{{- define "windlass.affinity" -}}
{{- $affinity := deepCopy (default (dict) .values.affinity) -}}
{{- $hardware := default (dict) .values.hardware -}}
{{- if $hardware.enabled -}}
{{- $wanted := include "windlass.hardware.expressions" $hardware.profile | fromYamlArray -}}
{{- $node := default (dict) $affinity.nodeAffinity -}}
{{- $required := default (dict) $node.requiredDuringSchedulingIgnoredDuringExecution -}}
{{- $terms := list -}}
{{- range default (list (dict)) $required.nodeSelectorTerms -}}
{{- $own := default (list) .matchExpressions -}}
{{- $terms = append $terms (merge (dict "matchExpressions" (concat $own $wanted)) (omit . "matchExpressions")) -}}
{{- end -}}
{{- $_ := set $required "nodeSelectorTerms" $terms -}}
{{- $_ := set $node "requiredDuringSchedulingIgnoredDuringExecution" $required -}}
{{- if not (default (dict) $hardware.profile.nvme) -}}
{{- $free := dict "weight" 10 "preference" (dict "matchExpressions" (list (dict "key" "windlass.dev/nvme-bytes" "operator" "DoesNotExist"))) -}}
{{- $_ := set $node "preferredDuringSchedulingIgnoredDuringExecution" (append (default (list) $node.preferredDuringSchedulingIgnoredDuringExecution) $free) -}}
{{- end -}}
{{- $_ := set $affinity "nodeAffinity" $node -}}
{{- end -}}
{{- if $affinity -}}
{{- toYaml $affinity -}}
{{- end -}}
{{- end -}}

{{/* {values, local} */}}
{{- define "windlass.resources" -}}
{{- $hardware := default (dict) .values.hardware -}}
{{- if $hardware.enabled -}}
{{- include "windlass.hardware.resources" (dict "profile" $hardware.profile "local" .local) | trim -}}
{{- else -}}
{{- toYaml .values.resources -}}
{{- end -}}
{{- end -}}
