# One image for web, workers, beat, migrations and backups. Runs as nobody in particular, needs no internet when it runs.
FROM node:22-bookworm-slim AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY frontend frontend
RUN node frontend/build.mjs

FROM python:3.11-slim-bookworm AS packages
COPY requirements/app.txt /tmp/app.txt
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement /tmp/app.txt

FROM python:3.11-slim-bookworm
# Pango draws PDF files; pg_dump must be of the server's major version, which Debian's own is not.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-common ca-certificates \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install --yes --no-install-recommends postgresql-client-18 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin servicedesk \
 && install --directory --owner servicedesk --mode 700 /data /backups
ENV PATH=/opt/venv/bin:/usr/lib/postgresql/18/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=pages /build/static/dist static/dist
RUN python scripts/messages.py compile && python manage.py collectstatic --noinput --verbosity 0
USER servicedesk
EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py", "servicedesk.wsgi:application"]
