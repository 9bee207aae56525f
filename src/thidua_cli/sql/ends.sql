-- Live ends of units, whatever their number. Follows live.sql.
SELECT unit, ended_on, operation FROM unit_end
WHERE operation <= :known AND id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_end')
ORDER BY unit, ended_on, id
