# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# What is restored changes seldom: a layer of its own.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY build build
COPY src/RaceLab.Engine/RaceLab.Engine.csproj src/RaceLab.Engine/
COPY src/RaceLab.Web/RaceLab.Web.csproj src/RaceLab.Web/
RUN dotnet restore src/RaceLab.Web
COPY . .
RUN dotnet publish src/RaceLab.Web -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "RaceLab.Web.dll"]
