-- What passes from one unit to another twice on one day, with the operations that say so. Follows live.sql.
SELECT predecessor, successor, effective_on, group_concat(operation) FROM live_succession
GROUP BY predecessor, successor, effective_on, change, lower(coalesce(old_code, '')), lower(coalesce(new_code, ''))
HAVING count(*) > 1
ORDER BY max(id)
