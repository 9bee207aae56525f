SELECT *,
    (SELECT group_concat(kind, ', ') FROM (SELECT kind FROM obligation_kind WHERE obligation = o.code ORDER BY kind)) AS kinds
FROM obligation o WHERE operation = 1 ORDER BY position
