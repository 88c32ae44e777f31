# One small image for every service; docker-compose.yml gives each container its command.
FROM node:24-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: the only one fetches a Node for machines whose own is older, and this image is Node.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
# A named volume takes its first owner from here.
RUN install -d -o node -g node /data
COPY --from=modules /app/node_modules node_modules
COPY package.json ./
COPY schemas schemas
COPY topology topology
COPY services services
USER node
CMD ["node", "services/_cli/main.ts", "--help"]
