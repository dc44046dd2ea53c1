# Turns a file into a C header that holds its bytes, NUL-terminated:
#   cmake -DINPUT=page.tmpl -DNAME=page_template -DOUTPUT=page_template.h -P embed.cmake
# gives `static const char page_template[]`.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "static const unsigned char ${NAME}_bytes[] = {\n${bytes}0};\n"
  "static const char *const ${NAME} = (const char *)${NAME}_bytes;\n"
  "enum { ${NAME}_length = sizeof ${NAME}_bytes - 1 };\n")
