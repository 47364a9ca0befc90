#!/bin/sh
# Fetches the vendored files again, at the versions of README.md. Needs npm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
take() {
  version=$(awk -F ' *[|] *' -v name="$1" '$2 == name { print $3 }' "$here/README.md")
  npm pack --silent "$1@$version"
  tar -xzf ./*.tgz
  rm ./*.tgz
}

take @picocss/pico
# Its pictures are data: addresses, which our content security policy does not load; preau.css brings files instead.
sed 's/url("data:[^"]*")/none/g' package/css/pico.min.css > "$here/pico.min.css"
cp package/LICENSE.md "$here/pico.LICENSE.md"
rm -r package

take @fontsource/atkinson-hyperlegible-next
for weight in 400 600 700; do
  for subset in latin latin-ext; do
    cp "package/files/atkinson-hyperlegible-next-$subset-$weight-normal.woff2" "$here/"
  done
done
cp package/LICENSE "$here/atkinson-hyperlegible-next.LICENSE"
rm -r package

# Parts of a page, so that they take the page's colour by day and by night.
take @phosphor-icons/core
for animal in bird butterfly cat cow dog fish horse rabbit; do
  sed 's/<svg /<svg class="animal" aria-hidden="true" focusable="false" /' "package/assets/fill/$animal-fill.svg" > "$here/../../templates/parts/animals/$animal.svg"
done
cp package/LICENSE "$here/phosphor-icons.LICENSE"
