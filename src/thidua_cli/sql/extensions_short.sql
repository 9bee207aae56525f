-- Live extensions that do not reach beyond the one that they supersede, with it. Follows live.sql.
, following AS (
    SELECT unit, obligation, granted_on, until_on, operation,
        lag(until_on) OVER turn AS before_on, lag(operation) OVER turn AS before
    FROM live_extension WINDOW turn AS (PARTITION BY unit, obligation ORDER BY granted_on, operation, id)
)
SELECT unit, obligation, granted_on, until_on, before_on, operation, before
FROM following WHERE until_on <= before_on ORDER BY unit, obligation, granted_on
