"""x"""
def relative_images(t): return []
