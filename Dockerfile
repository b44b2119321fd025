# One image for every service: a container runs the one that its first argument or SERVICE names (deploy/entrypoint.sh).
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_PYTHON=/opt/bangfu/bin/python
WORKDIR /src

# Dependencies change rarely: their layer comes before the code's. setuptools, which one dependency and the project are
# built with, comes in the version and with the hash of the lock file too, and does not stay.
COPY requirements/ requirements/
RUN python -m venv --without-pip /opt/bangfu \
 && sed -n '/^setuptools==/,/[^\\]$/p' requirements/dev.txt > setuptools.txt \
 && pip install --require-hashes -r setuptools.txt \
 && pip install --require-hashes --no-build-isolation -r requirements/runtime.txt

COPY pyproject.toml README.md ./
COPY shared/ shared/
COPY services/ services/
RUN pip install --no-deps --no-build-isolation . \
 && pip uninstall --yes setuptools


FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 bangfu \
 && useradd --uid 10001 --gid bangfu --no-create-home --shell /usr/sbin/nologin bangfu
COPY --from=build /opt/bangfu /opt/bangfu
COPY deploy/entrypoint.sh /opt/bangfu/entrypoint.sh
ENV PATH=/opt/bangfu/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
EXPOSE 8080
# Ready means that messages move. Docker only shows it; what ends is started again by the restart policy.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
ENTRYPOINT ["sh", "/opt/bangfu/entrypoint.sh"]
