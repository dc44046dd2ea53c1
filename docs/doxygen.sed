# How the headers' plain comments become doxygen's. docs/Doxyfile runs it on each header.

# The first comment of a file is about the file.
1s|^/\* |/** @file\
 * |

# A heading between lines of dashes says nothing of the declaration that follows.
/^\/\* ----/d

# In comments, tags and escapes stand for themselves.
/^ \*\|\/\* /{
s|<\(/\{0,1\}[a-z]*\)>|\\<\1\\>|g
s|\\u|\\\\u|g
}

# A comment that opens a line is about what follows.
s|^\( *\)/\* |\1/** |

# A comment behind a member, a parameter, a macro, or the last name of an enumeration is about what stands before it.
s|\([;,{]\) \{1,\}/\* |\1 /**< |
s|^\(#define .*[^ ]\) \{1,\}/\* |\1 /**< |
s|^\( *[A-Z][A-Z0-9_]*\( = [0-9]*\)\{0,1\}\) \{1,\}/\* |\1 /**< |
