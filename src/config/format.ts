import { Document, isCollection, isPair, isScalar, visit } from 'yaml';

/** A list or mapping of plain values stands on one line if it is no longer than this. */
const LINE_LENGTH = 60;

/** A configuration as YAML that loads as the same configuration. */
export function toYaml(config: object): string {
  const document = new Document(config, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node) {
      const plain = node.items.every((item) => isPlain(isPair(item) ? item.value : item));
      if (plain && JSON.stringify(node).length <= LINE_LENGTH) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function isPlain(node: unknown): boolean {
  return isScalar(node) || (isCollection(node) && node.items.length === 0);
}
