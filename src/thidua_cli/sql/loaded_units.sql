SELECT v.code, v.name, u.kind, u.level,
    (SELECT p.code FROM unit_version p WHERE p.unit = v.parent AND p.operation = 1) AS parent_code,
    v.abbreviation, v.sort_order, v.valid_from, v.note
FROM unit_version v JOIN unit u ON u.id = v.unit WHERE v.operation = 1 ORDER BY v.id
