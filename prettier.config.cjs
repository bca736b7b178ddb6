// OCA's formatting; the width is that of the Python code.
module.exports = {
    bracketSpacing: false,
    printWidth: 120,
    proseWrap: "preserve",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    plugins: [require.resolve("@prettier/plugin-xml")],
    xmlQuoteAttributes: "double",
    xmlWhitespaceSensitivity: "strict",
};
