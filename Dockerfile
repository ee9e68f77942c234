# Bartizan in a container: `docker build -t bartizan .`; docs/container.md says how it is run.
FROM docker.io/library/rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --bin bartizan

FROM docker.io/library/debian:bookworm-slim
# Chromium renders websites (`--browser`), OpenSSH clones repositories over ssh; nothing else is run.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates chromium openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home bartizan \
    && install -d -o bartizan -g bartizan -m 700 /data
COPY --from=build /source/target/release/bartizan /usr/local/bin/bartizan
USER bartizan
ENV BARTIZAN_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["bartizan"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
