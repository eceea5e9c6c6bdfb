{{- define "arena.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What finds the pods of a release; with a component, its pods only: dict "root" $ "component" "gateway". */}}
{{- define "arena.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "arena.labels" -}}
{{ include "arena.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: collaborative-ai-arena
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The components, as a JSON list; the first one has the arena's port. */}}
{{- define "arena.components" -}}
{{ eq .Values.mode "single" | ternary (list "single") (list "gateway" "worker") | toJson }}
{{- end -}}

{{/* The component that the arena calls. */}}
{{- define "arena.door" -}}
{{ eq .Values.mode "single" | ternary "single" "gateway" }}
{{- end -}}

{{- define "arena.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Empty when there is no secret at all. */}}
{{- define "arena.secretName" -}}
{{- if .Values.existingSecret -}}
{{- .Values.existingSecret -}}
{{- else if .Values.secret -}}
{{- include "arena.fullname" . -}}
{{- end -}}
{{- end -}}

{{- define "arena.queueSecretName" -}}
{{- .Values.queueUrl.secretName | default (include "arena.secretName" .) -}}
{{- end -}}

{{- define "arena.podSecurity" -}}
automountServiceAccountToken: false
# A Service called "grpc" would set GRPC_PORT to a URL.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  # The image names its user; the kubelet wants the number.
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "arena.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{/*
Startup waits for the model, readiness asks for it, and liveness only whether
the process answers. The kubelet's gRPC probes speak no TLS: with a certificate
the probes ask the other port.
*/}}
{{- define "arena.probes" -}}
{{- $tls := not (empty .root.Values.settings.TLS_CERT_FILE) -}}
{{- $alive := $tls | ternary (dict "httpGet" (dict "port" "metrics" "path" "/livez")) (dict "grpc" (dict "port" 8061 "service" "")) -}}
{{- $ready := $tls | ternary (dict "httpGet" (dict "port" "metrics" "path" "/readyz")) (dict "grpc" (dict "port" 8061 "service" "Model")) -}}
startupProbe:
  {{- toYaml (eq .component "gateway" | ternary $alive $ready) | nindent 2 }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ div (add .root.Values.startupSeconds 1) 2 }}
readinessProbe:
  {{- toYaml $ready | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  {{- toYaml $alive | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}
