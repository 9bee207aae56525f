-- Live rows of resolutions, as they are compared with incoming ones. Follows live.sql.
SELECT effective_on, change, extent, lower(coalesce(old_code, '')), lower(coalesce(new_code, '')), coalesce(new_name, '')
FROM live_succession
