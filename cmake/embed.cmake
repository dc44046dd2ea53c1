# Turns a file into a C source with its bytes: cmake -DINPUT=... -DOUTPUT=... -P embed.cmake. Declared in server/assets.h.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"server/assets.h\"\nconst unsigned char lvt_client_bundle[] = {\n${bytes}0};\n"
  "const unsigned long lvt_client_bundle_length = sizeof(lvt_client_bundle) - 1;\n")
