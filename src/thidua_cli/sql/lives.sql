-- Every unit of which a version was ever known: its first live day (none: all are voided), its live end. Follows live.sql.
SELECT w.unit,
    min(CASE WHEN w.id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_version') THEN w.valid_from END),
    e.ended_on
FROM unit_version w LEFT JOIN live_end e ON e.unit = w.unit
WHERE w.operation <= :known
GROUP BY w.unit
