#!/bin/sh
# Runs once, when the volume is empty: the cloud's own role and database. The schema is the migration's.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="${SENTINEL_DATABASE:-sentinel}" --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\set password `cat "${SENTINEL_PASSWORD_FILE:-/secrets/postgres/sentinel-password}"`
create role :"name" login nosuperuser nocreatedb nocreaterole password :'password';
create database :"name" owner :"name" encoding 'UTF8' template template0;
revoke all on database :"name" from public;
revoke connect on database postgres from public;
SQL
