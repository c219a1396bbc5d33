{{- define "common.labels" -}}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
zone: {{ .Values.global.zone | default "none" }}
{{- end -}}
